//! The clock, how often a call is repeated under it, and the memory of the process.
//!
//! Processor time of the process: what else runs on the machine counts as little as possible.

use std::fs;
use std::hint::black_box;

use cpu_time::ProcessTime;

const SAMPLE_NANOSECONDS: f64 = 4e6;
const SAMPLES: usize = 15;

pub fn nanoseconds_of(work: impl FnOnce()) -> f64 {
    let start = ProcessTime::now();
    work();
    start.elapsed().as_secs_f64() * 1e9
}

/// Nanoseconds of one call of `work`: the median of samples of many calls each.
pub fn median_nanoseconds<T>(mut work: impl FnMut() -> T) -> f64 {
    let mut repeat = |calls: usize| {
        nanoseconds_of(|| {
            for _ in 0..calls {
                black_box(work());
            }
        })
    };
    let mut calls = 1;
    while repeat(calls) < SAMPLE_NANOSECONDS {
        calls *= 2; // warms up, too
    }
    let samples = (0..SAMPLES).map(|_| repeat(calls) / calls as f64).collect();
    at_share(samples, 0.5)
}

/// The value below which this share of all values lies.
pub fn at_share(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share) as usize]
}

/// Bytes of this process that are in memory.
pub fn resident_bytes() -> f64 {
    const PAGE_BYTES: f64 = 4096.0;
    let figures = fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = figures
        .split(' ')
        .nth(1)
        .expect("the second figure is what is resident");
    pages.parse::<f64>().expect("a number") * PAGE_BYTES
}
