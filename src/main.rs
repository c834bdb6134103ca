//! The program: nothing but the way into `cli`, the only room that speaks.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
