//! Runs `PROGRAM PEER FILE SCENARIO ARGUMENT` and prints the values as JSON.

mod block_index;
mod measure;
mod router;
mod scenarios;
mod token_tree;
mod workload_file;

use std::env;
use std::error::Error;

use block_index::BlockIndexPeer;
use scenarios::{measure_path, measure_short_prompts, measure_trace, Peer, Values};
use token_tree::TokenTreePeer;
use workload_file::WorkloadFile;

fn run<P: Peer>(prompts: &WorkloadFile, scenario: &str, argument: usize) -> Values {
    match scenario {
        "path" => measure_path::<P>(prompts, argument),
        "short_prompts" => measure_short_prompts::<P>(prompts, argument),
        _ => measure_trace::<P>(prompts),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let [_, peer, file, scenario, argument] = arguments.as_slice() else {
        return Err("usage: PEER FILE SCENARIO ARGUMENT".into());
    };
    let prompts = WorkloadFile::read(file)?;
    let argument = argument.parse()?;
    let values = match peer.as_str() {
        "kv-index" => run::<TokenTreePeer>(&prompts, scenario, argument),
        "smg-radix-tree" => run::<BlockIndexPeer>(&prompts, scenario, argument),
        _ => return Err(format!("no peer {peer}").into()),
    };
    let members: Vec<String> = values
        .iter()
        .map(|(name, value)| format!("\"{name}\": {value:e}"))
        .collect();
    println!("{{{}}}", members.join(", "));
    Ok(())
}
