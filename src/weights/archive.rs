//! What is looked at in PyTorch's zip archive before it is opened: whether reading it can take more memory than the file
//! itself suggests.

use rust_i18n::t;

use super::reading::save_again;
use crate::error::{Error, Result};
use crate::language::Text;

/// How every archive begins.
const ENTRY: &[u8] = b"PK\x03\x04";
/// How it ends, but for a comment.
const END: &[u8] = b"PK\x05\x06";
/// The most bytes that this end takes, with the longest comment.
const LONGEST_END: usize = 22 + 65_535;
/// How a line of an archive's directory begins.
const DIRECTORY_LINE: &[u8] = b"PK\x01\x02";
/// The most bytes of pickle that are read: each can become a hundred in memory. AlexNet's state_dict has 2 thousand, the
/// weights being entries of their own.
const MAX_PICKLE: u32 = 1 << 20;

/// Refuses what `torch.save` does not write: files that are no zip archives, as PyTorch wrote them before version 1.6,
/// archives cut short, compressed ones, and pickles that are too large.
///
/// # Errors
/// [`Error::NotAModel`], with what to do about it.
pub fn check(file: &[u8]) -> Result<()> {
    if !file.starts_with(ENTRY) {
        return refuse(t!("weights.old_pickle", save_again = save_again()));
    }
    if !file.windows(END.len()).rev().take(LONGEST_END).any(|bytes| bytes == END) {
        return refuse(t!("weights.cut_short"));
    }
    let lines = file.windows(DIRECTORY_LINE.len()).enumerate().filter(|(_, bytes)| *bytes == DIRECTORY_LINE);
    for line in lines.filter_map(|(at, _)| Line::read(&file[at..])) {
        if line.is_compressed {
            return refuse(t!("weights.compressed", save_again = save_again()));
        }
        if line.name.ends_with(b"data.pkl") && line.size > MAX_PICKLE {
            return refuse(t!("weights.large_pickle", bytes = line.size, save_again = save_again()));
        }
    }
    Ok(())
}

fn refuse(why: Text) -> Result<()> {
    Err(Error::NotAModel(why.into()))
}

/// A line of an archive's directory.
struct Line<'a> {
    is_compressed: bool,
    /// In bytes, once decompressed; the largest number where it is more than 32 bits tell.
    size: u32,
    name: &'a [u8],
}

impl<'a> Line<'a> {
    /// Reads a line from its first byte; none where the file ends before it does.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let u16_at = |at: usize| bytes.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes));
        let u32_at = |at: usize| bytes.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
        let name = bytes.get(46..)?.get(..u16_at(28)?.into())?;
        Some(Self { is_compressed: u16_at(10)? != 0, size: u32_at(24)?, name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive's begin, one line of its directory, and its end.
    fn archive(method: u16, size: u32, name: &str) -> Vec<u8> {
        let mut line = [DIRECTORY_LINE, &[0; 42]].concat();
        line[10..12].copy_from_slice(&method.to_le_bytes());
        line[24..28].copy_from_slice(&size.to_le_bytes());
        line[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
        [ENTRY, b"PK\x01", &line, name.as_bytes(), END].concat()
    }

    fn refusal(file: &[u8]) -> String {
        let message = check(file).unwrap_err().to_string();
        assert!(message.contains("torch.save"), "{message}");
        message
    }

    #[test]
    fn what_pytorch_writes_is_let_pass() {
        check(&archive(0, 2000, "AlexNet/data.pkl")).unwrap();
        check(&archive(0, 37_748_736, "AlexNet/data/10")).unwrap();
    }

    #[test]
    fn bombs_are_refused() {
        assert!(refusal(&archive(8, 2000, "AlexNet/data/0")).contains("compressed"));
        assert!(refusal(&archive(0, u32::MAX, "AlexNet/data.pkl")).contains("4294967295 bytes"));
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        for file in [&b""[..], b"\x80\x02}.", b"PK\x05\x06"] {
            assert!(refusal(file).contains("before version 1.6"));
        }
    }

    #[test]
    fn an_archive_cut_short_is_told_as_such() {
        let file = archive(0, 2000, "AlexNet/data.pkl");
        for length in ENTRY.len()..file.len() {
            assert!(check(&file[..length]).unwrap_err().to_string().contains("cut short"));
        }
    }

    #[test]
    fn a_line_that_is_cut_short_is_none() {
        for length in DIRECTORY_LINE.len()..46 {
            assert!(Line::read(&archive(8, u32::MAX, "")[ENTRY.len() + 3..][..length]).is_none());
        }
    }
}
