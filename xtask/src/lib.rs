//! The project's own commands.

#![allow(
    missing_debug_implementations,
    reason = "syntax trees have no Debug, and a command prints problems, not its state"
)]

pub mod assurance;
pub mod bench;
pub mod ci;
mod clock;
pub mod codegen;
pub mod commands;
pub mod completions;
pub mod differential;
pub mod digits;
pub mod file;
pub mod fixture;
pub mod flags;
pub mod fuzz;
pub mod interop;
pub mod libfuzzer;
pub mod linters;
pub mod mutants;
pub mod page;
pub mod problem;
pub mod programs;
pub mod schedules;
pub mod site;
pub mod soak;
pub mod spec;
pub mod supply;
pub mod tables;
pub mod threads;
pub mod tidy;
