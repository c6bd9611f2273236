//! The lab's example, on the reference.
extern crate manager_solution as manager;
#[path = "../../../labs/08-manager/examples/tune.rs"]
mod lab;

fn main() -> std::process::ExitCode {
    lab::main()
}
