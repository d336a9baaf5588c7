//! The command line: train, predict, evaluate and convert natively what the page runs in the browser.

use std::process::ExitCode;

use alexnet_browser::native::command::{Failure, calibrate, evaluate, explain, model, predict, split, train};
use alexnet_browser::native::warn;
use clap::Parser;

/// AlexNet: classify photos, train on your own, exchange models with PyTorch and the page.
#[derive(Parser)]
#[command(version)]
enum Cli {
    Split(split::Split),
    Train(train::Train),
    Predict(predict::Predict),
    Evaluate(evaluate::Evaluate),
    Explain(explain::Explain),
    Calibrate(calibrate::Calibrate),
    Import(model::Import),
    Export(model::Export),
    Layers(model::Layers),
}

fn main() -> ExitCode {
    sigpipe::reset();
    match run(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            warn(format_args!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Runs a command; tells whether everything asked for was done.
fn run(cli: Cli) -> Result<bool, Failure> {
    match cli {
        Cli::Split(command) => command.run().map(|()| true),
        Cli::Train(command) => command.run().map(|()| true),
        Cli::Predict(command) => command.run(),
        Cli::Evaluate(command) => command.run(),
        Cli::Explain(command) => command.run().map(|()| true),
        Cli::Calibrate(command) => command.run().map(|()| true),
        Cli::Import(command) => command.run().map(|()| true),
        Cli::Export(command) => command.run().map(|()| true),
        Cli::Layers(command) => command.run().map(|()| true),
    }
}
