//! The `omiscope` program.

fn main() {}
