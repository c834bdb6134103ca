//! The program: nothing but the way into `cli`, the only room that speaks.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
