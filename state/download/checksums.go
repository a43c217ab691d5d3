package download

import (
	"bytes"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// MergeChecksums puts lines of a SHA256SUMS, each with its newline, below those
// that are known, and drops known ones of the same files. replaced tells that
// there were such.
func MergeChecksums(known []byte, lines ...string) (merged []byte, replaced bool) {
	fresh := make(map[string]bool, len(lines))
	for _, line := range lines {
		fresh[ChecksumName(line)] = true
	}
	var b bytes.Buffer
	for line := range strings.Lines(string(known)) {
		if name := ChecksumName(line); name != "" && fresh[name] {
			replaced = true
			continue
		}
		b.WriteString(strings.TrimSuffix(line, "\n") + "\n")
	}
	for _, line := range lines {
		b.WriteString(line)
	}
	return b.Bytes(), replaced
}

// ChecksumName is the file that a line of a SHA256SUMS is about, "" if it is no
// such line.
// https://www.gnu.org/software/coreutils/manual/html_node/md5sum-invocation.html
func ChecksumName(line string) string {
	const digits = 64
	plain, escaped := strings.CutPrefix(strings.TrimRight(line, "\r\n"), `\`)
	if len(plain) < digits+3 || strings.Trim(plain[:digits], "0123456789abcdefABCDEF") != "" || plain[digits] != ' ' {
		return ""
	}
	name := plain[digits+2:]
	if escaped {
		name = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r").Replace(name)
	}
	return name
}

// LockFolder waits until no other process or download changes the lists of a
// folder, such as its SHA256SUMS. Where a disk can't lock, it does not.
func LockFolder(path string) (unlock func()) {
	f, err := os.Open(path)
	if err != nil {
		return func() {}
	}
	for unix.Flock(int(f.Fd()), unix.LOCK_EX) == unix.EINTR {
	}
	return func() { _ = f.Close() }
}
