//! The conventions of a text file, which its output keeps. This module is pure.

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum LineEnding {
    /// `\n`
    #[default]
    Lf,
    /// `\r\n`
    CrLf,
    /// `\r`, as very old Macs wrote it; only in CSV and TSV.
    Cr,
}

impl LineEnding {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
            Self::Cr => "\r",
        }
    }
}

/// The conventions of the program that wrote a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextShape {
    /// Whether the file starts with a UTF-8 byte order mark, as Excel writes it.
    pub(crate) bom: bool,
    /// The line end of the first line. A file with mixed line ends gets this one everywhere.
    pub(crate) line_ending: LineEnding,
    /// Whether the last line has a line end too.
    pub(crate) final_newline: bool,
}

impl Default for TextShape {
    fn default() -> Self {
        Self { bom: false, line_ending: LineEnding::Lf, final_newline: true }
    }
}
