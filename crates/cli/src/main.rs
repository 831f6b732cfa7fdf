//! The `marl` binary; everything is in the library beside it.

use std::process::ExitCode;

/// Rows are created on one thread, enriched on others and written by the first. The C library's allocator
/// spends a quarter of a stored rerun on that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main()
}
