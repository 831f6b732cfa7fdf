//! What can be wrong with the path or the writing of an output.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use super::{
    Problem,
    words::{dotted, escaped, path_word},
};

/// Why an output cannot be written.
#[derive(Debug)]
pub(crate) enum OutputProblem {
    OutputIsInput,
    /// The extensions of the input and the output mean different formats.
    OtherFormat {
        input: String,
        output: String,
    },
    NoFolder(PathBuf),
    InTheWay(PathBuf),
    IsLink,
    NoErrorsList,
    WriteProtected,
    /// Another run holds the output.
    Locked,
    Create,
    Write,
    Replace,
}

impl OutputProblem {
    /// Whether the system gave the reason.
    pub(super) fn is_io(&self) -> bool {
        matches!(self, Self::Create | Self::Write | Self::Replace)
    }
}

impl fmt::Display for OutputProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutputIsInput => f.write_str("the output would overwrite the input"),
            Self::OtherFormat { input, output } => write!(
                f,
                "the output's extension is {}, the input's {}, and marl does not convert",
                dotted(output),
                dotted(input)
            ),
            Self::NoFolder(folder) => write!(f, "there is no folder `{}`", escaped(folder)),
            Self::InTheWay(path) => write!(f, "`{}` is in the way and not a regular file", escaped(path)),
            Self::IsLink => {
                f.write_str("this is a link, and marl does not follow links at a path that it chose")
            }
            Self::NoErrorsList => f.write_str("this file is in the way, and it is not marl's list of errors"),
            Self::WriteProtected => f.write_str("the file is write-protected"),
            Self::Locked => f.write_str("another marl run is writing this file"),
            Self::Create => f.write_str("cannot create it"),
            Self::Write => f.write_str("cannot write it"),
            Self::Replace => f.write_str("cannot put the finished file in its place"),
        }
    }
}

impl Problem for OutputProblem {
    fn hint(&self, path: &Path, cause: Option<&io::Error>) -> Option<String> {
        let hint = match self {
            Self::OutputIsInput => "choose another output path".into(),
            Self::OtherFormat { input, .. } => format!("end the output's name in {}", dotted(input)),
            Self::NoFolder(folder) => format!("create it: `mkdir -p {}`", path_word(folder)),
            Self::InTheWay(path) => format!("move `{}` away", escaped(path)),
            Self::IsLink => "remove the link, or choose its path with `--output FILE` (marl follows a \
                             link that you name)"
                .into(),
            Self::NoErrorsList => "move it away, choose another `--output`, or use `--overwrite`".into(),
            Self::WriteProtected => {
                format!("choose another output path, or `chmod u+w {}`", path_word(path))
            }
            Self::Locked => "wait for that run to end, or choose another output path".into(),
            Self::Create | Self::Write | Self::Replace => return disk_hint(cause?.kind()),
        };
        Some(hint)
    }
}

fn disk_hint(kind: io::ErrorKind) -> Option<String> {
    match kind {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Some("choose an output path in a folder you can write to".into())
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("free some space and run the command again".into())
        }
        _ => None,
    }
}
