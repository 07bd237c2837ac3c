//! What is done with a tree, whoever made it, and what is measured then.

use crate::measure::{at_share, median_nanoseconds, nanoseconds_of, resident_bytes};
use crate::router::{take_turns, Router};
use crate::workload_file::WorkloadFile;

pub type Values = Vec<(&'static str, f64)>;

/// A tree under test. Matches return the number of tokens.
pub trait Peer {
    fn new() -> Self;
    fn insert(&mut self, tokens: &[u32], tenant: &str);
    fn match_prefix(&mut self, tokens: &[u32]) -> usize;
    /// Matches, lets the router choose, and inserts for whom it chose.
    fn route(&mut self, tokens: &[u32], router: &mut Router) -> usize;
    /// Takes about so many tokens from a tenant.
    fn evict(&mut self, tenant: &str, tokens: usize);
}

/// Matches one prompt again and again, after it grew by `node_tokens` at a time (0: in one piece).
pub fn measure_path<P: Peer>(prompts: &WorkloadFile, node_tokens: usize) -> Values {
    let prompt = prompts.prompt(0);
    let mut peer = P::new();
    if node_tokens != 0 {
        for end in (node_tokens..prompt.len()).step_by(node_tokens) {
            peer.insert(&prompt[..end], take_turns(0));
        }
    }
    peer.insert(prompt, take_turns(0));
    let nanoseconds = median_nanoseconds(|| peer.match_prefix(prompt));
    let matched = peer.match_prefix(prompt) as f64;
    vec![("match_ns", nanoseconds), ("matched_tokens", matched)]
}

/// Fills a tree, matches what is in it in random order, and takes `evicted` tokens from a tenant.
pub fn measure_short_prompts<P: Peer>(prompts: &WorkloadFile, evicted: usize) -> Values {
    let count = prompts.len() as f64;
    let resident_before = resident_bytes();
    let mut peer = P::new();
    let insert = nanoseconds_of(|| {
        for i in 0..prompts.len() {
            peer.insert(prompts.prompt(i), take_turns(i));
        }
    });
    let resident = resident_bytes() - resident_before;
    let mut matched = 0;
    let match_all = nanoseconds_of(|| {
        for &i in &prompts.order {
            matched += peer.match_prefix(prompts.prompt(i));
        }
    });
    let evict = nanoseconds_of(|| peer.evict(take_turns(0), evicted));
    vec![
        ("insert_ns", insert / count),
        ("resident_bytes", resident),
        ("match_ns", match_all / count),
        ("matched_tokens", matched as f64),
        ("evict_ns", evict),
    ]
}

/// Routes the prompts, each of which is matched and then inserted for whoever got it.
pub fn measure_trace<P: Peer>(prompts: &WorkloadFile) -> Values {
    let mut router = Router::default();
    let mut peer = P::new();
    let mut matched = 0;
    let latencies: Vec<f64> = (0..prompts.len())
        .map(|i| nanoseconds_of(|| matched += peer.route(prompts.prompt(i), &mut router)))
        .collect();
    let total: f64 = latencies.iter().sum();
    vec![
        ("requests_a_second", prompts.len() as f64 * 1e9 / total),
        ("p99_ns", at_share(latencies, 0.99)),
        ("matched_tokens", matched as f64),
    ]
}
