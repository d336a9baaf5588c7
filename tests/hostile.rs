//! Model files made to do harm are refused in words, at once.

mod common;

use std::time::{Duration, Instant};

use alexnet_browser::alexnet::AlexNetConfig;
use alexnet_browser::error::Error;
use alexnet_browser::weights::ModelFile;
use common::archive;
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// What a refusal may take at most; reading or even allocating what these files claim takes far longer.
const AT_ONCE: Duration = Duration::from_secs(5);

/// Reads a file, which must be refused at once.
fn refusal(file: Vec<u8>) -> Error {
    let start = Instant::now();
    let error = ModelFile::from_bytes(file, None).expect_err("it is refused");
    assert!(start.elapsed() < AT_ONCE, "{error}: {:?}", start.elapsed());
    assert!(error.to_string().len() < 500, "{error}");
    error
}

/// The bytes with the length of a `.safetensors` header before them.
fn with_header_length(length: u64, bytes: &[u8]) -> Vec<u8> {
    [&length.to_le_bytes(), bytes].concat()
}

#[test]
fn headers_that_claim_what_is_not_there() {
    for length in [1 << 31, u64::from(u32::MAX), u64::MAX, 1 << 20, 0] {
        let error = refusal(with_header_length(length, b"{}      "));
        assert!(matches!(error, Error::NotAModel(_)), "{error:?}");
    }
    let claims = [
        r#"{"w":{"dtype":"F32","shape":[1073741824],"data_offsets":[0,4294967296]}}"#,
        r#"{"w":{"dtype":"F32","shape":[9223372036854775807,3],"data_offsets":[0,4]}}"#,
        r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        r#"{"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
    ];
    for header in claims {
        let error = refusal(with_header_length(header.len() as u64, &[header.as_bytes(), &[0; 4]].concat()));
        assert!(matches!(error, Error::NotAModel(_)), "{error:?}");
    }
    let deep = ["[".repeat(1_000_000), "]".repeat(1_000_000)].concat();
    let header = format!(r#"{{"w":{deep}}}"#);
    assert!(matches!(refusal(with_header_length(header.len() as u64, header.as_bytes())), Error::NotAModel(_)));
}

#[test]
fn weights_that_are_no_numbers() {
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut file = common::formula_network();
        let last = file.len() - 4;
        file[last..].copy_from_slice(&number.to_le_bytes());
        assert!(matches!(refusal(file), Error::NotFinite(_)));
    }
}

#[test]
fn shapes_of_another_network() {
    let with_outputs = |outputs: usize| {
        let bytes = vec![0; 4 * outputs];
        let bias = TensorView::new(Dtype::F32, vec![outputs], &bytes).unwrap();
        let first = vec![0; 4 * 48 * 3 * 11 * 11];
        let first = TensorView::new(Dtype::F32, vec![48, 3, 11, 11], &first).unwrap();
        refusal(safetensors::serialize([("features.0.weight", first), ("classifier.6.bias", bias)], None).unwrap())
    };
    assert!(matches!(with_outputs(0), Error::WrongShape { .. }));
    assert!(matches!(with_outputs(5), Error::MissingTensor(_)));
    let message = with_outputs(1_000_000).to_string();
    assert!(message.contains("1000000 outputs"), "{message}");
}

#[test]
fn other_networks_are_told_by_the_tensor_that_does_not_fit() {
    let with = |name: &str, shape: &[usize]| {
        let bytes = vec![0; 4 * shape.iter().product::<usize>()];
        let tensors = [
            (name, TensorView::new(Dtype::F32, shape.to_vec(), &bytes).unwrap()),
            ("classifier.6.bias", TensorView::new(Dtype::F32, vec![1], &bytes[..4]).unwrap()),
        ];
        refusal(safetensors::serialize(tensors, None).unwrap()).to_string()
    };
    // ResNet, VGG, and AlexNet at a width of its own.
    assert!(with("conv1.weight", &[64, 3, 7, 7]).contains("no tensor `features.0.weight`"));
    let vgg = with("features.0.weight", &[64, 3, 3, 3]);
    assert!(vgg.contains("tensor `features.0.weight` is [64, 3, 3, 3] where AlexNet has [64, 3, 11, 11]"), "{vgg}");
    let narrow = with("features.0.weight", &[32, 3, 11, 11]);
    assert!(narrow.contains("is [32, 3, 11, 11] where AlexNet has [48, 3, 11, 11]"), "{narrow}");
}

#[test]
fn a_preprocessing_that_is_not_known_is_refused() {
    let file = common::formula_network();
    let with = |preprocessing: &str| {
        let tensors = safetensors::SafeTensors::deserialize(&file).unwrap();
        let header = [("preprocessing".to_owned(), preprocessing.to_owned())];
        safetensors::serialize(tensors.tensors(), Some(header.into())).unwrap()
    };
    let message = refusal(with(r#"{"resize": [224, 224], "mean": [0, 0, 0]}"#)).to_string();
    assert!(message.contains("preprocessing") && message.contains("0.485"), "{message}");
    assert!(matches!(refusal(with("[[[")), Error::NotAModel(_)));
}

/// A pickled string.
fn string(text: &str) -> Vec<u8> {
    [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat()
}

/// A pickled number.
fn number(number: usize) -> Vec<u8> {
    [b"J", &(number as i32).to_le_bytes()[..]].concat()
}

/// A pickled dictionary with these tensors, all of which repeat the one weight that the archive has.
fn repeated(tensors: &[(String, Vec<usize>)]) -> Vec<u8> {
    let mut pickle = b"\x80\x02}".to_vec();
    for (name, shape) in tensors {
        pickle.extend(string(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend([string("storage"), b"ctorch\nFloatStorage\n".to_vec(), string("0"), string("cpu")].concat());
        pickle.extend([&number(1)[..], b"tQ", &number(0), b"("].concat());
        pickle.extend(shape.iter().flat_map(|&length| number(length)));
        pickle.extend(b"t(");
        pickle.extend(shape.iter().flat_map(|_| number(0)));
        pickle.extend(b"t\x89ccollections\nOrderedDict\n)RtRs");
    }
    pickle.push(b'.');
    pickle
}

/// The parameters of a network with this many classes, by name and shape.
fn parameters(classes: usize) -> Vec<(String, Vec<usize>)> {
    let parameters = AlexNetConfig::new(classes).parameters();
    parameters.into_iter().map(|parameter| (parameter.name, parameter.shape)).collect()
}

#[test]
fn a_small_archive_that_claims_large_tensors() {
    // One weight repeated everywhere is odd and no harm: it shows that these archives are read.
    let small = archive(&repeated(&parameters(3)));
    assert!(small.len() < 4000);
    assert_eq!(ModelFile::from_bytes(small, None).unwrap().tensors(), 16);

    let with_shape = |name: &str, shape: &[usize]| {
        let mut parameters = parameters(3);
        parameters.iter_mut().find(|(found, _)| found == name).unwrap().1 = shape.to_vec();
        refusal(archive(&repeated(&parameters)))
    };
    let message = with_shape("classifier.6.bias", &[1 << 29]).to_string();
    assert!(message.contains("536870912 outputs"), "{message}");
    assert!(matches!(with_shape("features.0.weight", &[1 << 29]), Error::WrongShape { .. }));
    let error = with_shape("features.0.weight", &[1 << 29, 1 << 29, 1 << 29]);
    assert!(matches!(error, Error::NotAModel(_)), "{error:?}");
}

#[test]
fn hostile_pickles() {
    let run = b"\x80\x02}X\x11\0\0\0classifier.6.biasctorch.hub\nload\nX\x01\0\0\0x\x85Rs.";
    assert!(matches!(refusal(archive(run)), Error::WrongShape { .. } | Error::MissingTensor(_)));

    let nested = |opcode: &[u8], levels: usize| [b"\x80\x02)", &opcode.repeat(levels)[..], b"."].concat();
    let lists = [b"\x80\x02", &b"]".repeat(100_000)[..], &b"a".repeat(99_999), b"."].concat();
    let strings_within_strings: Vec<u8> = (0..60u8)
        .flat_map(|level| [&b"]("[..], &[b'h', level].repeat(10), &[b'e', b'q', level + 1]].concat())
        .collect();
    let pickles = [
        nested(b"\x85", 500_000),
        lists,
        [b"\x80\x02]q\0", &strings_within_strings[..], b"."].concat(),
        [b"\x80\x04\x8d", &(1u64 << 60).to_le_bytes()[..], b"a."].concat(),
        [b"\x80\x04\x95", &u64::MAX.to_le_bytes()[..], b"N."].concat(),
        [b"\x80\x02\x8b", &i32::MAX.to_le_bytes()[..], b"a."].concat(),
        [b"\x80\x02]r", &u32::MAX.to_le_bytes()[..], b"."].concat(),
        [b"\x80\x02", &b"N".repeat(2 << 20)[..], b"."].concat(),
        b"\x80\x02h\0.".to_vec(),
        b"\x80\x02.".to_vec(),
        b"\x80\x02(((((u.".to_vec(),
        Vec::new(),
    ];
    for pickle in pickles {
        let error = refusal(archive(&pickle));
        assert!(matches!(error, Error::NotAModel(_)), "{error:?}");
    }
}

#[test]
fn archives_cut_short() {
    let whole = archive(&repeated(&parameters(3)));
    for length in (2..whole.len()).step_by(7) {
        let error = refusal(whole[..length].to_vec());
        assert!(matches!(error, Error::NotAModel(_)), "{error:?}");
    }
}
