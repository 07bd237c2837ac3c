//! The prompts of a workload, as `workload_file.py` writes them.

use std::fs::File;
use std::io::{BufReader, Read, Result};

pub struct WorkloadFile {
    /// All prompts, in random order.
    pub order: Vec<usize>,
    offsets: Vec<usize>,
    tokens: Vec<u32>,
}

impl WorkloadFile {
    pub fn read(path: &str) -> Result<Self> {
        let mut file = BufReader::new(File::open(path)?);
        let count = read_numbers(&mut file, 1)?[0];
        let order = read_numbers(&mut file, count)?;
        let offsets = read_numbers(&mut file, count + 1)?;
        let mut bytes = vec![0; 4 * offsets[count]];
        file.read_exact(&mut bytes)?;
        let tokens = bytes
            .chunks_exact(4)
            .map(|token| u32::from_le_bytes([token[0], token[1], token[2], token[3]]))
            .collect();
        Ok(Self {
            order,
            offsets,
            tokens,
        })
    }

    pub fn len(&self) -> usize {
        self.order.len()
    }

    pub fn prompt(&self, i: usize) -> &[u32] {
        &self.tokens[self.offsets[i]..self.offsets[i + 1]]
    }
}

fn read_numbers(file: &mut impl Read, count: usize) -> Result<Vec<usize>> {
    let mut number = [0; 8];
    (0..count)
        .map(|_| {
            file.read_exact(&mut number)?;
            Ok(u64::from_le_bytes(number) as usize)
        })
        .collect()
}
