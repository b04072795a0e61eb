use std::{fs, io::Read};

use super::{CHUNK, FileContent, read, within};
use crate::source::read_error::{ReadError, What};

const LIMIT: u64 = 1024;

fn kept(bytes: &[u8]) -> Result<FileContent, ReadError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("app.toml");
    fs::write(&path, bytes).unwrap();
    read(&path, LIMIT)
}

/// An endless source of bytes that counts them.
struct Endless(usize);

impl Read for &mut Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0 += buffer.len();
        Ok(buffer.len())
    }
}

#[test]
fn gives_the_text_as_it_is() {
    let content = kept(b"port = 1\n").unwrap();
    assert_eq!(*content.text, "port = 1\n");
    assert!(!content.torn && !content.is_deleted() && !content.is_blank());
    assert_eq!(content.stamp.len, 9);
}

#[test]
fn one_byte_more_than_the_limit_is_too_large() {
    assert!(kept(&[b' '; LIMIT as usize]).is_ok());
    assert!(matches!(kept(&[b' '; LIMIT as usize + 1]), Err(ReadError::TooLarge { limit: LIMIT })));
}

#[test]
fn white_space_is_blank_and_a_comment_is_not() {
    assert!(kept(b"").unwrap().is_blank());
    assert!(kept(b"\xef\xbb\xbf \r\n\t").unwrap().is_blank());
    assert!(!kept(b"# nothing yet\n").unwrap().is_blank());
}

#[test]
fn a_wrong_byte_is_placed_in_characters() {
    let error =
        kept("a = 1\nö = \"".as_bytes().iter().chain(b"\xff\"").copied().collect::<Vec<_>>().as_slice());
    assert_eq!(error.unwrap_err().line_col(), Some((2, 6)));
}

#[test]
fn utf_16_is_recognised() {
    let error = kept(b"\xff\xfea\0").unwrap_err();
    assert_eq!(error.help(), Some("the file looks like UTF-16; save it as UTF-8"));
}

#[test]
fn a_growing_file_fills_no_more_than_the_limit() {
    let mut endless = Endless(0);
    let limit = 3 * CHUNK as u64 + 5;
    assert!(within(&mut endless, 0, limit).unwrap().is_none());
    assert_eq!(endless.0 as u64, limit + 1);
}

#[test]
fn a_file_larger_than_the_limit_is_not_touched() {
    let mut endless = Endless(0);
    assert!(within(&mut endless, LIMIT + 1, LIMIT).unwrap().is_none());
    assert_eq!(endless.0, 0);
}

#[test]
fn no_limit_does_not_overflow() {
    assert_eq!(within(&b"port"[..], 4, u64::MAX).unwrap().unwrap(), b"port");
}

#[test]
fn a_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(read(dir.path(), LIMIT), Err(ReadError::NotRegular(What::Directory))));
}

#[test]
fn a_file_in_the_way_means_missing() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    assert!(read(&dir.path().join("file/app.toml"), LIMIT).unwrap_err().is_missing());
}

#[cfg(unix)]
mod unix {
    use std::{
        fs,
        os::unix::{ffi::OsStrExt, fs::symlink, net::UnixListener},
        path::Path,
    };

    use super::{LIMIT, read};
    use crate::source::read_error::{ReadError, What};

    #[test]
    fn a_pipe_is_refused_without_waiting_for_its_writer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        assert!(matches!(read(&path, LIMIT), Err(ReadError::NotRegular(What::Fifo))));
    }

    #[test]
    fn a_socket_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("socket");
        let _listener = UnixListener::bind(&path).unwrap();
        assert!(matches!(read(&path, LIMIT), Err(ReadError::NotRegular(What::Socket))));
    }

    #[test]
    fn a_device_is_refused() {
        assert!(matches!(read(Path::new("/dev/zero"), LIMIT), Err(ReadError::NotRegular(What::Device))));
    }

    #[test]
    fn a_link_loop_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("loop.toml");
        symlink(&path, &path).unwrap();
        assert!(matches!(read(&path, LIMIT), Err(ReadError::LinkLoop)));
    }

    #[test]
    fn a_dangling_link_says_what_it_names() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("app.toml");
        symlink("real.toml", &path).unwrap();
        let message = read(&path, LIMIT).unwrap_err().to_string();
        assert_eq!(message, format!("no file at {}, which is a link to real.toml", path.display()));
    }

    #[test]
    fn a_link_is_resolved() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap().join("real.toml");
        fs::write(&real, "a = 1").unwrap();
        symlink("real.toml", dir.path().join("app.toml")).unwrap();
        assert_eq!(read(&dir.path().join("app.toml"), LIMIT).unwrap().real, real);
    }

    #[test]
    fn any_name_will_do() {
        let dir = tempfile::tempdir().unwrap();
        for name in [&b"\xff\xfe.toml"[..], b"a\nb.toml", &[b'n'; 255]] {
            let path = dir.path().join(std::ffi::OsStr::from_bytes(name));
            fs::write(&path, "a = 1").unwrap();
            assert!(read(&path, LIMIT).is_ok());
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_that_claims_no_size_is_read() {
        let content = read(Path::new("/proc/self/status"), 1024 * 1024).unwrap();
        assert_eq!(content.stamp.len, 0);
        assert!(content.text.starts_with("Name:"));
    }
}
