//! Parts of URLs, as `java.net.URL` names them.

use super::kernel::{Call, kernel};
use super::signature::Param::Text;
use super::signature::{function, takes_some};
use crate::batch::Column;
use crate::expr::{Prepared, ScalarFunction};
use crate::types::DataType;

/// The functions.
pub(super) static FUNCTIONS: &[ScalarFunction] = &[function(
    "PARSE_URL",
    "(url, 'HOST' | 'PATH' | 'QUERY' | 'REF' | 'PROTOCOL' | 'AUTHORITY' | 'FILE' | 'USERINFO' [, key])",
    "A part of a URL, or the value of a key in its query",
)
.example("PARSE_URL('http://facebook.com/path1/p.php?k1=v1&k2=v2#Ref1', 'QUERY', 'k1')", "v1")
.of(|t| Some((takes_some(t, &[Text, Text, Text], 2)?, DataType::STRING)), |_, _| kernel(parse_url))
.prepared(&[Prepared::of(
    1,
    |name, _| (!PARTS.contains(&name)).then_some("a URL has no such part"),
    "the parts are HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE and USERINFO, in upper case",
)
.named(|| PARTS.map(str::to_owned).to_vec())])];

const PARTS: [&str; 8] = ["HOST", "PATH", "QUERY", "REF", "PROTOCOL", "AUTHORITY", "FILE", "USERINFO"];

/// `protocol://user@host:port/path?query#reference`
struct Url<'a> {
    protocol: &'a str,
    authority: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    /// Path and query.
    file: &'a str,
    reference: Option<&'a str>,
}

impl<'a> Url<'a> {
    fn new(text: &'a str) -> Option<Url<'a>> {
        let (protocol, rest) = text.trim().split_once(':')?;
        let is_of_protocol = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
        if !protocol.starts_with(|c: char| c.is_ascii_alphabetic()) || !protocol.chars().all(is_of_protocol) {
            return None;
        }
        let (rest, reference) = halves(rest, '#');
        let (authority, file) = match rest.strip_prefix("//") {
            Some(rest) => rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len())),
            None => ("", rest),
        };
        let (path, query) = halves(file, '?');
        Some(Url { protocol, authority, path, query, file, reference })
    }

    fn user(&self) -> Option<&'a str> {
        self.authority.rsplit_once('@').map(|(user, _)| user)
    }

    fn host(&self) -> &'a str {
        let behind_user = self.authority.rsplit_once('@').map_or(self.authority, |(_, host)| host);
        match behind_user.find(']') {
            Some(end) => &behind_user[..=end],
            None => behind_user.split(':').next().unwrap_or_default(),
        }
    }

    /// NULL for a part that there is not, or that has no such name.
    fn part(&self, name: &str) -> Option<&'a str> {
        match name {
            "HOST" => Some(self.host()),
            "PATH" => Some(self.path),
            "QUERY" => self.query,
            "REF" => self.reference,
            "PROTOCOL" => Some(self.protocol),
            "AUTHORITY" => Some(self.authority),
            "FILE" => Some(self.file),
            "USERINFO" => self.user(),
            _ => None,
        }
    }
}

/// What stands before the first such character, and what stands behind it.
fn halves(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, behind)| (before, Some(behind)))
}

/// NULL for what is no URL.
fn parse_url(call: Call<'_>) -> Column {
    let (urls, names, keys) = (call.strings(0), call.strings(1), call.strings_if_given(2));
    call.write(|row, out| {
        let (name, key) = (names.text(row), keys.map(|keys| keys.text(row)));
        let part = Url::new(urls.text(row)).and_then(|url| url.part(name));
        let found = match key {
            None => part,
            Some(key) => part.filter(|_| name == "QUERY").and_then(|query| {
                query.split('&').find_map(|pair| pair.split_once('=').filter(|(name, _)| *name == key).map(|(_, value)| value))
            }),
        };
        Ok(found.map(|found| out.extend_from_slice(found.as_bytes())))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::{evaluate, text};

    fn check(args: &[&str], expected: &str) {
        let args: Vec<_> = args.iter().map(|arg| text(arg)).collect();
        assert_eq!(evaluate("PARSE_URL", &args), expected, "{args:?}");
    }

    #[test]
    fn urls_have_parts() {
        // The first is that of the documentation of Flink.
        let url = "http://facebook.com/path1/p.php?k1=v1&k2=v2#Ref1";
        check(&[url, "HOST"], "facebook.com");
        check(&[url, "QUERY", "k1"], "v1");
        let url = "https://user:secret@[::1]:8080/a/b?k=1=2&l#x";
        for (part, expected) in [
            ("HOST", "[::1]"),
            ("PATH", "/a/b"),
            ("QUERY", "k=1=2&l"),
            ("REF", "x"),
            ("PROTOCOL", "https"),
            ("AUTHORITY", "user:secret@[::1]:8080"),
            ("FILE", "/a/b?k=1=2&l"),
            ("USERINFO", "user:secret"),
            ("PORT", "NULL"),
        ] {
            check(&[url, part], expected);
        }
        check(&[url, "QUERY", "k"], "1=2");
        check(&[url, "QUERY", "l"], "NULL");
        check(&[url, "PATH", "k"], "NULL");
        check(&["http://x.com", "PATH"], "");
        check(&["http://x.com?a=1", "HOST"], "x.com");
        check(&["http://x.com", "QUERY"], "NULL");
        check(&["mailto:a@b.c", "PATH"], "a@b.c");
        for broken in ["x.com/a", "", "1a://x", "://x"] {
            check(&[broken, "HOST"], "NULL");
        }
    }
}
