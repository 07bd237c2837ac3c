//! SMG's index of block hashes, with the hashes of kv-index: one for the content of each block, and
//! one for all blocks up to and with it, by which a holder's blocks are known.

use kv_index::{chain_prefix_hash, compute_request_content_hashes, ContentHash, SequenceHash};
use radix_tree::{BlockKey, Config, Overlap, OverlapScratch, RadixTree};

use crate::router::Router;
use crate::scenarios::Peer;

const BLOCK_TOKENS: usize = 16;

pub struct BlockIndexPeer {
    tree: RadixTree,
    query: Vec<u64>,
    scratch: OverlapScratch,
    found: Vec<Overlap>,
}

impl BlockIndexPeer {
    fn find(&mut self, contents: &[ContentHash]) -> Option<Overlap> {
        self.query.clear();
        self.query.extend(contents.iter().map(|content| content.0));
        self.tree
            .overlap(&self.query, &mut self.scratch, &mut self.found);
        self.found
            .iter()
            .copied()
            .max_by_key(|overlap| overlap.depth)
    }

    fn store(&mut self, contents: &[ContentHash], tenant: &str) {
        let holder = self.tree.create_holder(tenant); // the old one, if the name is known
        let blocks = keyed(contents);
        self.tree
            .store(holder, None, &blocks)
            .expect("a chain from the root, of bounded length");
    }
}

impl Peer for BlockIndexPeer {
    fn new() -> Self {
        Self {
            tree: RadixTree::new(Config::default()),
            query: Vec::new(),
            scratch: OverlapScratch::default(),
            found: Vec::new(),
        }
    }

    fn insert(&mut self, tokens: &[u32], tenant: &str) {
        self.store(
            &compute_request_content_hashes(tokens, BLOCK_TOKENS),
            tenant,
        );
    }

    fn match_prefix(&mut self, tokens: &[u32]) -> usize {
        let found = self.find(&compute_request_content_hashes(tokens, BLOCK_TOKENS));
        found.map_or(0, |overlap| overlap.depth as usize * BLOCK_TOKENS)
    }

    fn route(&mut self, tokens: &[u32], router: &mut Router) -> usize {
        let contents = compute_request_content_hashes(tokens, BLOCK_TOKENS);
        let found = self.find(&contents);
        let matched = found.map_or(0, |overlap| overlap.depth as usize * BLOCK_TOKENS);
        let holder = found.and_then(|overlap| self.tree.holder_name(overlap.holder));
        let tenant = router.choose(tokens.len(), matched, holder.unwrap_or_default());
        self.store(&contents, tenant);
        matched
    }

    fn evict(&mut self, tenant: &str, tokens: usize) {
        let holder = self.tree.create_holder(tenant);
        let keep = self.tree.holder_blocks(holder) - tokens.div_ceil(BLOCK_TOKENS) as u64;
        self.tree.truncate_tail(holder, keep);
    }
}

fn keyed(contents: &[ContentHash]) -> Vec<(BlockKey, u64)> {
    let mut before = None;
    let keys = contents.iter().map(|&content| {
        let key = match before {
            None => SequenceHash(content.0),
            Some(parent) => chain_prefix_hash(parent, content),
        };
        before = Some(key);
        (key.0, content.0)
    });
    keys.collect()
}
