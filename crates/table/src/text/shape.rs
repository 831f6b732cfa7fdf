//! The habits of a file of text, which its output keeps. Pure.

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

/// The habits of the program that made a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextShape {
    /// Whether the file starts with a UTF-8 byte order mark, as Excel writes it.
    pub(crate) bom: bool,
    /// What ends the first line. A file that mixes endings gets this one everywhere.
    pub(crate) line_ending: LineEnding,
    /// Whether the last line is ended too.
    pub(crate) final_newline: bool,
}

impl Default for TextShape {
    fn default() -> Self {
        Self { bom: false, line_ending: LineEnding::Lf, final_newline: true }
    }
}
