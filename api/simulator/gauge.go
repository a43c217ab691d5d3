package simulator

import (
	"bytes"
	"encoding/binary"
)

// gauge finds the length of a WAV or MP4 file as it streams past.
type gauge struct {
	size  int64
	head  []byte // the header of a WAV file
	carry []byte // the last bytes of the previous write
	movie float64
}

// mvhdHeader is the length of an MP4 movie header from its name to the end of
// its duration, for any version.
const mvhdHeader = 36

// Write examines the next bytes of the file.
func (g *gauge) Write(p []byte) (int, error) {
	g.size += int64(len(p))
	if room := wavHeader - len(g.head); room > 0 {
		g.head = append(g.head, p[:min(room, len(p))]...)
	}
	if g.movie > 0 {
		return len(p), nil
	}
	seen := append(g.carry, p...)
	at := bytes.Index(seen, []byte("mvhd"))
	if at >= 0 && len(seen) >= at+mvhdHeader {
		g.movie = movieSeconds(seen[at:])
	} else if at < 0 {
		at = max(0, len(seen)-mvhdHeader)
	}
	g.carry = bytes.Clone(seen[at:])
	return len(p), nil
}

// movieSeconds parses an MP4 movie header. b begins with its name.
func movieSeconds(b []byte) float64 {
	scale, length := binary.BigEndian.Uint32(b[16:]), uint64(binary.BigEndian.Uint32(b[20:]))
	if b[4] == 1 {
		scale, length = binary.BigEndian.Uint32(b[24:]), binary.BigEndian.Uint64(b[28:])
	}
	if scale == 0 {
		return 0
	}
	return float64(length) / float64(scale)
}

// seconds returns the length found. If the file does not tell, its name
// decides.
func (g *gauge) seconds(name string) float64 {
	if g.movie > 0 {
		return g.movie
	}
	if len(g.head) == wavHeader && bytes.HasPrefix(g.head, []byte("RIFF")) && string(g.head[8:12]) == "WAVE" {
		if rate := binary.LittleEndian.Uint32(g.head[28:]); rate > 0 {
			return float64(g.size-wavHeader) / float64(rate)
		}
	}
	return lengthOf(name)
}
