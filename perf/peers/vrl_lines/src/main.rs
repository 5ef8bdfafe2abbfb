//! One loop over a file of JSON lines with Vector's language: parse, classify by level or five words, write as JSON. Nothing of what Vector
//! does around it (sources, buffers, acknowledgements), so it is an upper bound of Vector.
//! usage: vrl_lines IN OUT          on standard output: how many lines
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};

use vrl::compiler::{compile, state::RuntimeState, Context, TargetValue, TimeZone};
use vrl::value::{Secrets, Value};

const PROGRAM: &str = r#"
. = parse_json!(string!(.))
level = upcase(string(.level) ?? "")
if level == "ERROR" || level == "FATAL" || level == "CRITICAL" {
  .class = "error"
} else if level == "WARN" || level == "WARNING" {
  .class = "warning"
} else if match(string(.message) ?? "", r'(?i)error|exception|failed|timeout|refused') {
  .class = "suspect"
} else {
  .class = "other"
}
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.len() != 3 {
        return Err("usage: vrl_lines IN OUT".into());
    }
    let compiled = compile(PROGRAM, &vrl::stdlib::all()).map_err(|problems| format!("{problems:?}"))?;
    let mut input = BufReader::with_capacity(1 << 20, File::open(&arguments[1])?);
    let mut output = BufWriter::with_capacity(1 << 20, File::create(&arguments[2])?);
    let (mut state, zone) = (RuntimeState::default(), TimeZone::default());
    let mut lines = 0u64;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        }
        let mut target = TargetValue {
            value: Value::from(line.as_slice()),
            metadata: Value::Object(BTreeMap::new()),
            secrets: Secrets::default(),
        };
        state.clear();
        compiled.program.resolve(&mut Context::new(&mut target, &mut state, &zone)).map_err(|problem| format!("{problem}"))?;
        lines += 1;
        serde_json::to_writer(&mut output, &target.value)?;
        output.write_all(b"\n")?;
    }
    output.flush()?;
    println!("{lines}");
    Ok(())
}
