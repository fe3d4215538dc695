//! Tells cargo that the bundled project is part of the program: `include_dir!` alone would not see a file that was added.

fn main() {
    for folder in ["migrations", "rollbacks", "seeds", "bench/queries"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
