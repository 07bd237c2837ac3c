//! The tree of SMG's gateway for prompts in tokens.

use kv_index::{TenantId, TokenTree};

use crate::router::Router;
use crate::scenarios::Peer;

pub struct TokenTreePeer(TokenTree);

impl Peer for TokenTreePeer {
    fn new() -> Self {
        Self(TokenTree::new())
    }

    fn insert(&mut self, tokens: &[u32], tenant: &str) {
        self.0.insert_tokens(tokens, tenant);
    }

    fn match_prefix(&mut self, tokens: &[u32]) -> usize {
        self.0.match_prefix_with_counts(tokens).matched_token_count
    }

    fn route(&mut self, tokens: &[u32], router: &mut Router) -> usize {
        let matched = self.0.match_and_insert_with(tokens, |found| {
            Some(router.choose(
                found.input_token_count,
                found.matched_token_count,
                &found.tenant,
            ))
        });
        matched.matched_token_count
    }

    fn evict(&mut self, tenant: &str, tokens: usize) {
        let tenant = TenantId::from(tenant);
        self.0
            .evict_tenant(&tenant, self.0.tenant_token_size(&tenant) - tokens);
    }
}
