//! A folder of modules, each written as text.

use std::path::PathBuf;

/// The modules, as long as this lives.
pub struct Files {
    folder: tempfile::TempDir,
    names: Vec<String>,
}

impl Files {
    /// Of these names and texts.
    pub fn new<const N: usize>(modules: [(&str, &str); N]) -> Files {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files { folder, names: modules.map(|(name, _)| name.to_owned()).to_vec() };
        for (name, text) in modules {
            std::fs::write(files.path(name), wat::parse_str(text).unwrap_or_else(|e| panic!("{name}: {e}"))).expect("written");
        }
        files
    }

    /// Where one of them stands.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.wasm"))
    }

    /// `sql`, in which the name of a module in quotes becomes that of its file.
    pub fn sql(&self, sql: &str) -> String {
        let named = |sql: String, name: &String| sql.replace(&format!("'{name}'"), &format!("'{}'", self.path(name).display()));
        self.names.iter().fold(sql.to_owned(), named)
    }
}
