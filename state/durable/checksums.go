package durable

import (
	"bytes"
	"strings"
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

// ChecksumLine returns the line of a SHA256SUMS for a file, with its newline.
// https://www.gnu.org/software/coreutils/manual/html_node/md5sum-invocation.html
func ChecksumLine(sum, name string) string {
	escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(name)
	if escaped != name {
		sum = `\` + sum
	}
	return sum + "  " + escaped + "\n"
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
