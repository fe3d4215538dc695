//! Passwords taken out of what is about to be shown: a URL that was typed in the wrong place comes back in an error about it.

/// The text with the password of every URL and of every `password=…` replaced.
#[must_use]
pub fn redact(text: &str) -> String {
    pairs(&urls(text))
}

fn urls(text: &str) -> String {
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("://") {
        let (head, tail) = rest.split_at(at + 3);
        let (url, after) = tail.split_at(tail.find(char::is_whitespace).unwrap_or(tail.len()));
        shown.push_str(head);
        match (url.find(':'), url.rfind('@')) {
            (Some(colon), Some(host)) if colon < host => {
                shown.extend([&url[..colon], ":…", &url[host..]]);
            }
            _ => shown.push_str(url),
        }
        rest = after;
    }
    shown + rest
}

fn pairs(text: &str) -> String {
    const KEY: &str = "password=";
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find(KEY) {
        let (head, tail) = rest.split_at(at + KEY.len());
        let end = match tail.strip_prefix('\'') {
            Some(quoted) => quoted.find('\'').map_or(tail.len(), |end| end + 2),
            None => tail.find(|c: char| c.is_whitespace() || "&'\"`".contains(c)).unwrap_or(tail.len()),
        };
        shown.push_str(head);
        if end > 0 {
            shown.push('…');
        }
        rest = &tail[end..];
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn passwords_are_replaced_wherever_they_stand() {
        for (text, expected) in [
            ("'postgres://u:s3cret@h:1/db' found", "'postgres://u:…@h:1/db' found"),
            ("two postgres://a:b:c@d@h/x and x://u:p@h", "two postgres://a:…@h/x and x://u:…@h"),
            ("postgres://u@h:5432/db", "postgres://u@h:5432/db"),
            ("postgres:///db?user=u&password=s3cret&x=1 host", "postgres:///db?user=u&password=…&x=1 host"),
            ("'password=s3cret' found", "'password=…' found"),
            ("host=h password='s3 cret' port=1", "host=h password=… port=1"),
            ("set password= in it", "set password= in it"),
            ("no secret: a://b", "no secret: a://b"),
            ("", ""),
        ] {
            assert_eq!(redact(text), expected);
        }
    }
}
