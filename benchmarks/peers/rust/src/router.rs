//! Who gets a request, and the tenants of all workloads.

pub const TENANTS: [&str; 8] = [
    "http://worker-0:8000",
    "http://worker-1:8000",
    "http://worker-2:8000",
    "http://worker-3:8000",
    "http://worker-4:8000",
    "http://worker-5:8000",
    "http://worker-6:8000",
    "http://worker-7:8000",
];

/// Sends a prompt to whoever holds more than half of it, and else to who was given the fewest
/// tokens.
#[derive(Default)]
pub struct Router {
    given: [usize; TENANTS.len()],
}

impl Router {
    pub fn choose(
        &mut self,
        prompt_tokens: usize,
        matched_tokens: usize,
        holder: &str,
    ) -> &'static str {
        let chosen = if 2 * matched_tokens > prompt_tokens {
            TENANTS
                .iter()
                .position(|&name| name == holder)
                .expect("a tenant")
        } else {
            (0..TENANTS.len())
                .min_by_key(|&i| self.given[i])
                .expect("there are tenants")
        };
        self.given[chosen] += prompt_tokens;
        TENANTS[chosen]
    }
}

/// The tenant of the i-th prompt where nobody routes: they take turns.
pub fn take_turns(i: usize) -> &'static str {
    TENANTS[i % TENANTS.len()]
}
