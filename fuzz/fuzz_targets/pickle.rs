//! A `.pth` file whose archive is sound is read or refused, whatever pickle is in it.
#![no_main]

use alexnet_browser::weights::ModelFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|pickle: &[u8]| {
    let _ = ModelFile::from_pytorch(archive(&[("AlexNet/data.pkl", pickle), ("AlexNet/data/0", &[0; 64])]), None);
});

/// A zip archive as `torch.save` writes it: nothing in it is compressed, and here without checksums.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let size = (content.len() as u32).to_le_bytes();
        // Version, flags, method (stored), time, date and checksum, then the sizes.
        let about = [&[20, 0], &[0; 12][..], &size, &size, &(name.len() as u16).to_le_bytes(), &[0, 0]].concat();
        let offset = (file.len() as u32).to_le_bytes();
        directory.extend([b"PK\x01\x02\x14\0", &about[..], &[0; 10], &offset, name.as_bytes()].concat());
        file.extend([b"PK\x03\x04", &about[..], name.as_bytes(), content].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let [size, offset] = [directory.len(), file.len()].map(|number| (number as u32).to_le_bytes());
    file.extend(directory);
    file.extend([b"PK\x05\x06", &[0; 4][..], &count, &count, &size, &offset, &[0; 2]].concat());
    file
}
