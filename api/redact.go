package api

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"dubtop/api/exact"
	"dubtop/api/text"
)

const (
	// minRedacted is the shortest key that is searched for in answers, in
	// bytes; shorter ones occur in words by chance.
	minRedacted = 6
	// maxShown is how many characters of the key an answer may show, as in
	// "…6789".
	maxShown = 4
	// maxEscapes is how often an escape may itself be escaped.
	maxEscapes = 3
)

var (
	// maskPattern matches what hides the middle of a key.
	maskPattern = regexp.MustCompile(`[*•●█∗]+|[·#]{2,}|…+|\.{2,}|[xX]{3,}|_{3,}`)
	// partPattern matches possible keys and ends of keys.
	partPattern = regexp.MustCompile(`[A-Za-z0-9._~-]{5,}`)
)

// redact removes the key from an answer, however its characters are escaped,
// and every part of it longer than maxShown. Valid JSON stays valid.
func (s Secret) redact(b []byte) []byte {
	if s.IsZero() || len(*s.v) < minRedacted || !s.suspects(b) {
		return b
	}
	if i := exact.Space(b, 0); i == len(b) || b[i] != '{' && b[i] != '[' && b[i] != '"' {
		return []byte(s.hide(string(b)))
	}
	return s.redactJSON(b)
}

// redactJSON redacts JSON token by token, so that a key is found in the form it
// will be read in.
func (s Secret) redactJSON(b []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(b))
	for i := 0; i < len(b); {
		if b[i] != '"' {
			end := i + 1
			for end < len(b) && b[end] != '"' {
				end++
			}
			out.Write(s.redactNumbers(b[i:end]))
			i = end
			continue
		}
		end := i + exact.String(b[i:])
		token := b[i:end]
		if s.suspects(token) {
			said := exact.Unquote(token)
			if shown := s.hide(said); shown != said {
				token, _ = json.Marshal(shown) // a string is always JSON
			}
		}
		out.Write(token)
		i = end
	}
	return out.Bytes()
}

// redactNumbers hides a key that is a number outside a string.
func (s Secret) redactNumbers(b []byte) []byte {
	if bytes.Contains(b, []byte(*s.v)) {
		quoted := []byte(strconv.Quote(redacted))
		return regexp.MustCompile(`[^\s,:\[\]{}]*`+regexp.QuoteMeta(*s.v)+`[^\s,:\[\]{}]*`).ReplaceAllLiteral(b, quoted)
	}
	return b
}

// suspects is quick and errs on the safe side: if it reports false, b contains
// nothing of the key.
func (s Secret) suspects(b []byte) bool {
	if s.shows(b) || masked(b) {
		return true
	}
	for _, c := range b {
		if c == '\\' || c == '%' || c >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// shows reports whether a text contains either end of the key, longer than may
// be shown.
func (s Secret) shows(b []byte) bool {
	const edge = maxShown + 1
	key := []byte(*s.v)
	return bytes.Contains(b, key[:edge]) || bytes.Contains(b, key[len(key)-edge:])
}

// masked reports whether a text may contain a masked key.
func masked[T string | []byte](text T) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c == '*', c >= utf8.RuneSelf:
			return true
		case c == '.', c == '#', c == '_', c|0x20 == 'x':
			if i > 0 && text[i-1] == c {
				return true
			}
		}
	}
	return false
}

// hide removes the key from a text. A word that would become the key once
// decoded or cleaned is removed as a whole.
func (s Secret) hide(said string) string {
	if s.IsZero() || len(*s.v) < minRedacted {
		return said
	}
	if shown := string(text.Clean(said, 4*len(said))); shown != said && s.hidePlain(shown) != shown {
		return s.hide(shown)
	}
	for decoded, n := said, 0; n < maxEscapes; n++ {
		next := s.unescape(decoded)
		if next == decoded {
			break
		}
		if decoded = next; s.hidePlain(decoded) != decoded {
			return redacted
		}
	}
	return s.hidePlain(said)
}

// unescape undoes JSON and link escapes of characters that occur in the key.
func (s Secret) unescape(said string) string {
	var out strings.Builder
	done := 0
	for i := 0; i < len(said); i++ {
		if said[i] != '%' && said[i] != '\\' {
			continue
		}
		c, n := escaped(said[i:])
		if n == 0 || c != '%' && c != '\\' && strings.IndexByte(*s.v, c) < 0 {
			continue
		}
		out.WriteString(said[done:i])
		out.WriteByte(c)
		done = i + n
		i = done - 1
	}
	if done == 0 {
		return said
	}
	return out.String() + said[done:]
}

// escaped returns the ASCII character whose escape begins a text and the length
// of that escape, 0 if there is none.
func escaped(said string) (c byte, length int) {
	digits := said[1:]
	if said[0] == '\\' {
		after, ok := strings.CutPrefix(strings.TrimLeft(said, `\`), "u00")
		if !ok {
			return 0, 0
		}
		digits = after
	}
	if len(digits) < 2 {
		return 0, 0
	}
	n, err := strconv.ParseUint(digits[:2], 16, 7)
	if err != nil {
		return 0, 0
	}
	return byte(n), len(said) - len(digits) + 2
}

// hidePlain removes the key, and parts of it that are too long, from a text
// without escapes.
func (s Secret) hidePlain(said string) string {
	key := *s.v
	if masked(said) {
		said = s.hideMasked(strings.ReplaceAll(said, key, redacted))
	}
	if !s.shows([]byte(said)) {
		return said
	}
	said = strings.ReplaceAll(said, key, redacted)
	return partPattern.ReplaceAllStringFunc(said, func(token string) string {
		part := strings.TrimRight(token, ".-_~")
		if len(part) > maxShown && (strings.HasPrefix(key, part) || strings.HasSuffix(key, part)) {
			return redacted + token[len(part):]
		}
		return token
	})
}

// hideMasked hides masked keys that show more than maxShown characters.
func (s Secret) hideMasked(said string) string {
	var out strings.Builder
	done := 0
	for _, at := range maskPattern.FindAllStringIndex(said, -1) {
		if at[0] < done {
			continue // it was part of the key just hidden
		}
		left, right, shown := s.aroundMask(said[done:at[0]], said[at[1]:])
		if shown > maxShown {
			out.WriteString(said[done:at[0]-left] + redacted)
			done = at[1] + right
		}
	}
	return out.String() + said[done:]
}

// aroundMask returns how much of the key shows at the end of before and at the
// start of after: any part directly beside the mask, or the ends of the key
// beside blanks. left and right are the bytes to hide, blanks included.
func (s Secret) aroundMask(before, after string) (left, right, shown int) {
	key := *s.v
	for left < len(before) && strings.Contains(key, before[len(before)-left-1:]) {
		left++
	}
	for right < len(after) && strings.Contains(key, after[:right+1]) {
		right++
	}
	if left+right > maxShown {
		return left, right, left + right
	}
	head, tail := strings.TrimRight(before, " "), strings.TrimLeft(after, " ")
	for n := range len(key) {
		if strings.HasSuffix(head, key[:n]) {
			left = n
		}
		if strings.HasPrefix(tail, key[len(key)-n:]) {
			right = n
		}
	}
	return left + len(before) - len(head), right + len(after) - len(tail), left + right
}
