//! What is looked at in PyTorch's zip archive before it is opened: whether reading it can take more memory than the file
//! itself suggests.

use std::io::Cursor;

use rust_i18n::t;
use zip::{CompressionMethod, ZipArchive};

use super::reading::save_again;
use crate::error::{Error, Result};
use crate::language::Text;

/// How every archive begins.
const ENTRY: &[u8] = b"PK\x03\x04";
/// The most bytes of pickle that are read: each can become a hundred in memory. AlexNet's state_dict has 2 thousand, the
/// weights being entries of their own.
const MAX_PICKLE: u64 = 1 << 20;

/// Refuses what `torch.save` does not write: files that are no zip archives, as PyTorch wrote them before version 1.6,
/// archives cut short or damaged, compressed ones, and pickles that are too large.
///
/// # Errors
/// [`Error::NotAModel`], with what to do about it.
pub fn check(file: &[u8]) -> Result<()> {
    if !file.starts_with(ENTRY) {
        return refuse(t!("weights.old_pickle", save_again = save_again()));
    }
    // The reader of PyTorch's files opens them by the same crate, and sees the same entries.
    let Ok(mut archive) = ZipArchive::new(Cursor::new(file)) else { return refuse(t!("weights.damaged")) };
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index_raw(index) else { return refuse(t!("weights.damaged")) };
        if entry.compression() != CompressionMethod::Stored {
            return refuse(t!("weights.compressed", save_again = save_again()));
        }
        if entry.name_raw().ends_with(b"data.pkl") && entry.size() > MAX_PICKLE {
            return refuse(t!("weights.large_pickle", bytes = entry.size(), save_again = save_again()));
        }
    }
    Ok(())
}

fn refuse(why: Text) -> Result<()> {
    Err(Error::NotAModel(why.into()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use memchr::memmem;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// How a line of an archive's directory begins.
    const DIRECTORY_LINE: &[u8] = b"PK\x01\x02";
    /// How an archive ends, but for its numbers.
    const END: &[u8] = b"PK\x05\x06";

    /// An archive of one entry.
    fn archive(name: &str, content: &[u8]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(name, stored).unwrap();
        writer.write_all(content).unwrap();
        writer.finish().unwrap().into_inner()
    }

    /// The same where the directory claims another method of compression and another size.
    fn claiming(method: u16, size: u32, name: &str) -> Vec<u8> {
        let mut file = archive(name, &[0; 2000]);
        let line = memmem::rfind(&file, DIRECTORY_LINE).unwrap();
        file[line + 10..][..2].copy_from_slice(&method.to_le_bytes());
        file[line + 24..][..4].copy_from_slice(&size.to_le_bytes());
        file
    }

    fn refusal(file: &[u8]) -> String {
        let message = check(file).unwrap_err().to_string();
        assert!(message.contains("torch.save"), "{message}");
        message
    }

    #[test]
    fn what_pytorch_writes_is_let_pass() {
        check(&archive("AlexNet/data.pkl", &[0; 2000])).unwrap();
        check(&archive("AlexNet/data/10", &[0; 2_000_000])).unwrap();
    }

    #[test]
    fn weights_may_be_like_lines_of_a_directory() {
        let line = [DIRECTORY_LINE, &[8; 42]].concat();
        check(&archive("AlexNet/data/10", &[&line[..], END, &line].concat())).unwrap();
    }

    #[test]
    fn bombs_are_refused() {
        assert!(refusal(&claiming(8, 2000, "AlexNet/data/0")).contains("compressed"));
        assert!(refusal(&claiming(0, u32::MAX - 1, "AlexNet/data.pkl")).contains("4294967294 bytes"));
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        for file in [&b""[..], b"\x80\x02}.", b"PK\x05\x06"] {
            assert!(refusal(file).contains("before version 1.6"));
        }
    }

    #[test]
    fn an_archive_cut_short_is_told_as_such() {
        let file = archive("AlexNet/data.pkl", &[0; 2000]);
        for length in ENTRY.len()..file.len() {
            assert!(check(&file[..length]).unwrap_err().to_string().contains("cut short"));
        }
    }

    #[test]
    fn an_archive_whose_directory_leads_nowhere_is_refused() {
        let mut file = archive("AlexNet/data.pkl", &[0; 2000]);
        let end = memmem::rfind(&file, END).unwrap();
        file[end + 16..][..4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(check(&file).unwrap_err().to_string().contains("damaged"));
    }
}
