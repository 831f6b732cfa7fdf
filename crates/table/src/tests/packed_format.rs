//! A format that is unlike text: typed columns, groups of rows, and a footer without which nothing can be
//! read. It shows that such a format needs only the traits in `format`.

use std::{
    borrow::Cow,
    io::{self, Read, Seek, SeekFrom, Write},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::*;
use crate::{
    input::{find::input_metadata, scan::summarize},
    interface::{
        Format, FormatInfo, FormatRow, Layout, RowSink, RowSource,
        new_table::{NewColumn, NewTable, OutputRow},
        row::ReadFault,
        scan::{Input, Samples, Scanned},
        watched::{FileStamp, WatchedFile},
    },
    problem::{error::Location, fault::ScanFault, file::FileProblem},
};

#[derive(Debug)]
struct Packed;

static PACKED: Packed = Packed;

/// The end of a file, before its own length in four bytes.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Footer {
    columns: Vec<(String, Option<String>)>,
    /// The positions where groups of rows begin.
    groups: Vec<u64>,
    rows: u64,
}

impl Layout for Footer {}

/// Reads a group of rows from its position in the file.
fn read_group(file: &mut (impl Read + Seek), start: u64) -> io::Result<Vec<Vec<Option<String>>>> {
    file.seek(SeekFrom::Start(start))?;
    let mut rows = serde_json::Deserializer::from_reader(file).into_iter();
    Ok(rows.next().transpose()?.unwrap_or_default())
}

fn read_footer(file: &mut (impl Read + Seek)) -> io::Result<Footer> {
    let end = file.seek(SeekFrom::End(-4))?;
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    let length = u64::from(u32::from_le_bytes(length));
    file.seek(SeekFrom::Start(end.checked_sub(length).ok_or(io::ErrorKind::InvalidData)?))?;
    Ok(serde_json::from_reader(file.take(length))?)
}

impl Format for Packed {
    fn info(&self) -> &'static FormatInfo {
        &FormatInfo {
            name: "packed",
            extensions: &["packed"],
            delimiter: None,
            has_header: false,
            cells_are_json: false,
        }
    }

    fn scan(&self, input: &Input<'_>) -> Result<Scanned, ScanFault> {
        let mut file = input.open()?;
        let Ok(footer) = read_footer(&mut file) else {
            return Err(ScanFault::at(Location::File, FileProblem::Empty));
        };
        let mut samples = Samples::default();
        samples.grow(footer.columns.len());
        for start in &footer.groups {
            for row in read_group(&mut file, *start)? {
                for (column, cell) in row.into_iter().enumerate() {
                    samples.add(column, &cell.unwrap_or_default());
                }
            }
        }
        Ok(Scanned {
            columns: footer.columns.iter().map(|column| column.0.clone()).collect(),
            rows: footer.rows,
            samples,
            notes: Vec::new(),
            layout: Arc::new(footer),
        })
    }

    fn open(&self, file: WatchedFile, table: &TableSummary) -> Result<Box<dyn RowSource>, ReadFault> {
        let mut groups = table.layout::<Footer>().unwrap().groups.clone();
        groups.reverse();
        Ok(Box::new(PackedSource { file, groups, rows: Vec::new() }))
    }

    fn create(&self, table: &NewTable<'_>) -> Box<dyn RowSink> {
        let columns: Vec<NewColumn> = table.columns().collect();
        let kind = |column: &NewColumn| column.kind.map(|kind| kind.to_string());
        let footer = Footer {
            columns: columns.iter().map(|column| (column.name.clone(), kind(column))).collect(),
            ..Footer::default()
        };
        Box::new(PackedSink { columns, footer, group: Vec::new(), written: 0 })
    }
}

struct PackedSource {
    file: WatchedFile,
    groups: Vec<u64>,
    rows: Vec<Vec<Option<String>>>,
}

impl RowSource for PackedSource {
    fn next(&mut self) -> Result<Option<Box<dyn FormatRow>>, ReadFault> {
        while self.rows.is_empty() {
            let Some(start) = self.groups.pop() else { return Ok(None) };
            self.rows = read_group(&mut self.file, start)?;
            self.rows.reverse();
        }
        Ok(self.rows.pop().map(|row| Box::new(PackedRow(row)) as Box<dyn FormatRow>))
    }
}

#[derive(Debug)]
struct PackedRow(Vec<Option<String>>);

impl FormatRow for PackedRow {
    fn value(&self, column: usize) -> Option<Value> {
        self.stored(column).map(Value::text)
    }

    fn stored(&self, column: usize) -> Option<Cow<'_, str>> {
        self.0[column].as_deref().map(Cow::from)
    }

    fn bytes(&self) -> usize {
        size_of_val(self)
    }
}

struct PackedSink {
    columns: Vec<NewColumn>,
    footer: Footer,
    group: Vec<Vec<Option<String>>>,
    written: u64,
}

impl PackedSink {
    fn push_group(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let group = serde_json::to_vec(&std::mem::take(&mut self.group))?;
        self.footer.groups.push(self.written);
        self.written += group.len() as u64;
        out.extend(group);
        Ok(())
    }
}

impl RowSink for PackedSink {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend(b"packed");
        self.written = 6;
    }

    fn row(&mut self, row: &OutputRow<'_>, out: &mut Vec<u8>) -> io::Result<()> {
        let cell = |column: &NewColumn| {
            let written = row.written(column).map(ToString::to_string);
            let own = || Some(row.input.cell(column.input?)?.to_string());
            written.or_else(|| row.carried(column).map(str::to_owned)).or_else(own)
        };
        self.group.push(self.columns.iter().map(cell).collect());
        self.footer.rows += 1;
        if self.group.len() < 2 { Ok(()) } else { self.push_group(out) }
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut end = Vec::new();
        self.push_group(&mut end)?;
        let footer = serde_json::to_vec(&self.footer)?;
        end.extend_from_slice(&footer);
        end.extend_from_slice(&u32::try_from(footer.len()).unwrap().to_le_bytes());
        out.write_all(&end)
    }
}

/// A writer that got all rows of the table, each with a headcount.
fn written(summary: &TableSummary, output: &Path) -> Writer {
    let outputs = [OutputColumn { name: "headcount".into(), kind: SemanticType::Integer }];
    let table = NewTable {
        format: PACKED.info(),
        input: summary,
        outputs: &outputs,
        carried: &[],
        raw_cells: false,
        encoding: OutputEncoding::Utf8,
    };
    let mut writer = Writer::with_format(output, &PACKED, &table, Links::Refuse).unwrap();
    for row in Reader::open(summary).unwrap() {
        writer.write(&row.unwrap(), &[Some(Value::Integer(12))]).unwrap();
    }
    writer
}

fn scan_packed(path: &Path) -> TableSummary {
    let stamp = FileStamp::of(&input_metadata(path).unwrap());
    summarize(path, &ReadOptions::default(), &PACKED, stamp).unwrap()
}

fn rows(summary: &TableSummary) -> Vec<[Option<String>; 2]> {
    let rows = Reader::open(summary).unwrap().map(Result::unwrap);
    rows.map(|row| [row.text(0), row.text(1)]).collect()
}

fn expected() -> Vec<[Option<String>; 2]> {
    let row = |name: &str| [Some(name.to_owned()), Some("12".to_owned())];
    vec![row("a"), row("b"), row("c")]
}

#[test]
fn typed_columns_and_groups_of_rows_go_out_and_come_back() {
    let bench = Bench::new("a.csv", "name\na\nb\nc\n");
    let output = bench.path("out.packed");
    written(&bench.scan(), &output).finish().unwrap();
    let summary = scan_packed(&output);
    assert_eq!((summary.columns.join(","), summary.rows), ("name,headcount".into(), 3));
    assert_eq!(summary.samples, [owned(&["a", "b", "c"]), owned(&["12", "12", "12"])]);
    let footer = summary.layout::<Footer>().unwrap();
    assert_eq!(footer.columns[1].1.as_deref(), Some("integer"));
    assert_eq!(rows(&summary), expected());
    // Its rows are written like any others, in its own format and in another one.
    let again = bench.path("again.packed");
    written(&summary, &again).finish().unwrap();
    assert_eq!(rows(&scan_packed(&again)), expected());
}

#[test]
fn a_kept_file_has_its_footer_and_is_readable() {
    let bench = Bench::new("a.csv", "name\na\nb\nc\n");
    let kept = written(&bench.scan(), &bench.path("out.packed")).keep().unwrap();
    assert_eq!(kept, bench.path("out.unfinished.packed"));
    assert_eq!(rows(&scan_packed(&kept)), expected());
}

#[test]
fn a_change_is_noticed_after_a_seek() {
    let bench = Bench::new("a.csv", "name\na\nb\nc\n");
    let output = bench.path("out.packed");
    written(&bench.scan(), &output).finish().unwrap();
    let mut reader = Reader::open(&scan_packed(&output)).unwrap();
    assert!(reader.next().unwrap().is_ok());
    fs::write(&output, "another content").unwrap();
    let errors: Vec<String> = reader.filter_map(|row| row.err()).map(|error| error.to_string()).collect();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].ends_with("the file was changed after it was checked"), "{errors:?}");
}
