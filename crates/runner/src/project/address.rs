//! Refuses addresses where a path is expected. As a path, `postgres://host/db` would name a file in a folder
//! `postgres:`; a user who types an address means something that marl does not support.

use std::path::Path;

use url::Url;

/// Why `path` is refused; `None` if it does not look like an address.
pub fn refusal(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let (scheme, rest) = text.split_once(':')?;
    let is_scheme = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    let is_file = scheme.eq_ignore_ascii_case("file") && rest.starts_with('/');
    if !is_scheme || !(rest.starts_with("//") || is_file) {
        return None;
    }
    let local = Url::parse(text).ok().filter(|_| is_file).and_then(|url| url.to_file_path().ok());
    Some(match local {
        Some(local) => format!("this is an address, but a path is expected: write `{}`", local.display()),
        None => format!(
            "this is an address, but a path is expected; marl reads and writes files of this machine \
             (`./{text}`, if such a file is meant)"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_refused_as_paths() {
        for address in [
            "postgres://host/db",
            "postgresql://u:p@host:5432/db",
            "sqlite:///tmp/x.db",
            "https://example.com/t.csv",
            "S3://bucket/t.csv",
            "git+ssh://host/x",
            "file://host/x",
            "file:///tmp/x.csv",
            "FILE:/tmp/x.csv",
            "http://",
        ] {
            assert!(refusal(Path::new(address)).is_some(), "{address}");
        }
        for path in [
            "t.csv",
            "./http://x",
            "/data/http://x",
            "a:b.csv",
            "12:30.csv",
            "C://x",
            "leads: new.csv",
            "x y://z",
            "file:x",
            "://x",
            "",
        ] {
            assert_eq!(refusal(Path::new(path)), None, "{path}");
        }
        let refusal_of = |text| refusal(Path::new(text)).unwrap();
        assert!(refusal_of("file:///tmp/my%20leads.csv").contains("write `/tmp/my leads.csv`"));
        assert!(refusal_of("file:/tmp/x.csv").contains("write `/tmp/x.csv`"));
    }
}
