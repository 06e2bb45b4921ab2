//! The risk model's tree. Compiled with v0 symbol names; no_std, so that the library stays small.
#![no_std]

/// Where the leaves' weights come from.
pub trait Source {
    fn fetch(&self, node: u32) -> i64;
}

pub struct Tree {
    pub depth: u32,
}

impl Tree {
    #[inline(never)]
    pub fn weigh<S: Source>(&self, source: &S, seed: u32) -> i64 {
        let left = descend(source, seed, self.depth);
        left.wrapping_mul(3) + i64::from(fold(seed))
    }
}

#[inline(never)]
fn descend<S: Source>(source: &S, node: u32, depth: u32) -> i64 {
    if depth == 0 {
        return source.fetch(node) ^ 1;
    }
    // A sum here would be turned into a loop, and the frames be gone.
    (descend(source, node * 2 + 1, depth - 1) << 1) ^ i64::from(node & 3)
}

/// Not generic, hence compiled in this crate, under its v0 name.
#[inline(never)]
pub fn fold(mut seed: u32) -> u32 {
    while seed > 9 {
        seed = seed / 10 + seed % 10;
    }
    seed
}

/// Calls back from a function with a v0 name.
#[inline(never)]
pub fn warm_up(source: &dyn Source) -> i64 {
    source.fetch(0) + 1
}
