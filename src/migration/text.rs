//! Bytes of a file read into a [`Script`]: normalised, hashed, its header read.

use sha2::{Digest, Sha256};

use super::{Script, header};

/// A script from the bytes of its file.
///
/// # Errors
/// Where the bytes are no UTF-8, with the line: a lowercase fragment without the path.
pub fn script(path: String, bytes: Vec<u8>) -> Result<Script, String> {
    let (text, unnormalised) = normalise(bytes)?;
    let sha256 = hex(&Sha256::digest(text.as_bytes()));
    let (directives, _) = header::read(&text);
    Ok(Script { path, text, unnormalised, sha256, directives })
}

/// The normalised text, and the text as it was if that is another one.
fn normalise(bytes: Vec<u8>) -> Result<(String, Option<String>), String> {
    if let [0xff, 0xfe, ..] | [0xfe, 0xff, ..] = bytes[..] {
        return Err("is UTF-16; save it as UTF-8".to_owned());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("is not UTF-8: line {line} holds byte 0x{:02x}; save it as UTF-8", error.as_bytes()[before.len()])
    })?;
    let body = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if body.len() == text.len() && !text.contains("\r\n") {
        return Ok((text, None));
    }
    Ok((body.replace("\r\n", "\n"), Some(text)))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Script, String> {
        script("x".into(), bytes.to_vec())
    }

    #[test]
    fn bom_and_crlf_do_not_change_the_sum() {
        let plain = read(b"SELECT 1;\n").unwrap();
        assert_eq!(plain.sha256, "b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd");
        assert_eq!(plain.unnormalised, None);
        let written = read("\u{feff}SELECT 1;\r\n".as_bytes()).unwrap();
        assert_eq!((&written.text, &written.sha256), (&plain.text, &plain.sha256));
        assert_eq!(written.unnormalised.as_deref(), Some("\u{feff}SELECT 1;\r\n"));
        assert_ne!(read(b"SELECT 1;\r").unwrap().sha256, plain.sha256, "a lone CR is text");
    }

    #[test]
    fn other_encodings_are_refused_with_the_line() {
        assert_eq!(read(b"a\nb\xe9\n").unwrap_err(), "is not UTF-8: line 2 holds byte 0xe9; save it as UTF-8");
        assert_eq!(read(b"\xff\xfea\0").unwrap_err(), "is UTF-16; save it as UTF-8");
    }
}
