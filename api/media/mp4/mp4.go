// Package mp4 measures MP4, M4A and QuickTime files, whole or written in fragments.
//
// It adds up the lengths of the samples, applies edit lists, and checks that the
// data of the last samples is there. It never decodes a sample.
package mp4

import (
	"bytes"
	"errors"
	"io"
	"strings"

	gomp4 "github.com/abema/go-mp4"

	"dubtop/api/media/file"
)

const (
	// maxBoxes is more than a recording of ten hours has in fragments of half a
	// second with several tracks.
	maxBoxes = 1 << 22
	// maxTracks is more than any honest file has.
	maxTracks = 64
	// maxBox is the largest box that is decoded as a whole, in bytes. Tables
	// are larger and are read in parts.
	maxBox = 64 << 10
	// maxTail is how many bytes may follow the last box, in bytes: padding or a
	// program's note. More means that the file is still being written.
	maxTail = 64 << 10
)

// movie is an MP4 or QuickTime file being measured. It skips from box to box by
// their sizes, so the sound and pictures are never read wherever the
// description stands. The walk is our own because it must stop early and
// withstand hostile sizes; go-mp4 decodes the content of small boxes.
type movie struct {
	source *file.Source
	boxes  int

	brand     string
	described bool   // moov was read
	filled    bool   // mdat was seen
	open      bool   // mdat extends to the end of the file
	timescale uint32 // ticks per second in edits
	tracks    []*track
	chapters  map[uint32]bool // tracks that hold the chapters of others

	// The rest is about movies that were written in fragments.
	fragmented bool
	promised   float64           // length in seconds announced by the writer
	defaults   map[uint32]uint32 // ticks per sample, by track
	pieces     int               // moof boxes read
	firstPiece int64             // offset of the first one
	owed       bool              // the data of the last one is still to come
	piece      fragment
	partial    bool // not all fragments were read, so their sum is not the whole
	leapt      bool // fragments were skipped before the next one
	lost       bool // after a leap, a fragment did not say when it begins
	indexes    []index
}

// Measure measures mp4, m4a and mov files.
func Measure(s *file.Source) (file.Info, error) {
	s.FindSize() // without the size a missing end goes unnoticed
	m := &movie{source: s, chapters: map[uint32]bool{}, defaults: map[uint32]uint32{}}
	if err := m.top(); err != nil {
		return file.Info{}, err
	}
	if !m.described {
		switch m.brand {
		case "heic", "heix", "mif1", "msf1", "avif":
			return file.Info{Kind: file.Image, Format: strings.TrimRight(m.brand, "1x")}, nil
		}
		return file.Info{}, errUndescribed
	}
	return m.info()
}

// errUndescribed reports a file whose writer never finished it.
var errUndescribed = file.Because(file.ErrDamaged, "the file's description (moov) is missing: the recording was not finished, or the file is incomplete")

// boxHeader is the position of a box.
type boxHeader struct {
	kind      string
	body, end int64
	cut       bool // it claims to be longer than its parent
	open      bool // it extends to the end of its parent
}

// errPadding marks bytes that are not a box, usually zeros.
var errPadding = errors.New("a box smaller than its header")

// header reads the header of the box at an offset. to is where its parent ends.
func (m *movie) header(at, to int64) (boxHeader, error) {
	if m.boxes++; m.boxes > maxBoxes {
		return boxHeader{}, file.ErrDamaged
	}
	head, err := m.source.Peek(at, gomp4.SmallHeaderSize)
	if err != nil {
		return boxHeader{}, err
	}
	size, h := file.BigEndian(head[:4]), boxHeader{kind: string(head[4:]), body: at + gomp4.SmallHeaderSize, end: to}
	switch size {
	case 0:
		if h.open = true; h.kind == "\x00\x00\x00\x00" {
			return boxHeader{}, errPadding
		}
		return h, nil
	case 1:
		large, err := m.source.Bytes(h.body, 8)
		if err != nil {
			return boxHeader{}, err
		}
		size, h.body = file.BigEndian(large), at+gomp4.LargeHeaderSize
	}
	switch {
	case size < uint64(h.body-at):
		return boxHeader{}, errPadding
	case size > uint64(to-at):
		h.cut = true
	default:
		h.end = at + int64(size)
	}
	return h, nil
}

// top visits the top-level boxes until there is nothing left to learn.
func (m *movie) top() error {
	at, err := m.over(0, func() bool { return m.enough() || m.scattered() })
	switch {
	case err != nil:
		return err
	case m.scattered():
		return m.distant(at)
	}
	return m.checkPieces()
}

// over visits the top-level boxes from an offset on, until stop reports true or
// the file ends. It returns where it stopped.
func (m *movie) over(at int64, stop func() bool) (int64, error) {
	for at <= m.source.Size()-gomp4.SmallHeaderSize && !stop() {
		if !m.source.Reach(at, gomp4.SmallHeaderSize) {
			return at, m.outOfReach()
		}
		h, err := m.header(at, m.source.Size())
		if err != nil {
			return at, m.atEnd(err, at)
		}
		if h.cut && m.source.Sized() && h.matters() {
			return at, file.ErrCutOff
		}
		m.open = m.open || h.open
		if h.kind == "moof" && m.pieces == 0 {
			m.firstPiece = at
		}
		if err := m.box(h.kind, h.body, h.end); err != nil {
			return at, err
		}
		at = h.end
	}
	return at, nil
}

// scattered reports whether the rest of the information is spread over a file
// that cannot be read completely.
func (m *movie) scattered() bool { return m.described && m.fragmented && m.source.IsRemote() }

// checkPieces checks that the data of the last fragment is there.
func (m *movie) checkPieces() error {
	if m.owed && m.fragmented {
		return file.ErrCutOff
	}
	return nil
}

// enough reports whether the rest of the file can add nothing.
func (m *movie) enough() bool { return m.described && m.filled && !m.fragmented }

// atEnd ignores junk behind the last box, and the end of a file of unknown
// size.
func (m *movie) atEnd(err error, at int64) error {
	switch {
	case errors.Is(err, io.EOF) && !m.source.Sized():
		return nil
	case m.source.Failure() != nil || !m.described:
		return err
	case m.source.Sized() && m.source.Size()-at > maxTail:
		return file.ErrCutOff // reserved space that was not filled
	}
	return nil
}

// walk visits the boxes between two offsets. path names their parents.
func (m *movie) walk(from, to int64, path string) error {
	for from <= to-gomp4.SmallHeaderSize {
		h, err := m.header(from, to)
		if errors.Is(err, errPadding) {
			return nil // four zero bytes end a list in QuickTime
		}
		if err != nil {
			return err
		}
		if err := m.box(path+h.kind, h.body, h.end); err != nil {
			return err
		}
		from = h.end
	}
	return nil
}

// outOfReach returns nil if a server without ranges has sent all that is
// needed.
func (m *movie) outOfReach() error {
	if m.described && !m.fragmented {
		return nil
	}
	return file.ErrTooFar
}

// matters reports whether the movie is incomplete without the box.
func (h boxHeader) matters() bool { return h.kind == "moov" || h.kind == "moof" || h.kind == "mdat" }

// box handles one box by its path. A box in the wrong place has no meaning, and
// no file can nest deeper than the paths listed here.
func (m *movie) box(path string, body, end int64) error {
	switch path {
	case "moov":
		if m.described {
			return nil // belongs to a second file behind the first
		}
		m.source.Expect(min(end-body, maxAhead))
	case "moov/trak":
		if len(m.tracks) == maxTracks {
			return file.ErrDamaged
		}
		m.tracks = append(m.tracks, &track{})
	case "moov/trak/edts", "moov/trak/tref", "moov/trak/mdia", "moov/trak/mdia/minf", "moov/trak/mdia/minf/stbl":
	case "moov/mvex":
		m.fragmented = true
	case "moof":
		if !m.described {
			return errUndescribed
		}
		m.pieces++
		m.owed = true
	case "moof/traf":
		m.piece = fragment{}
	default:
		return m.leaf(path, body, end)
	}
	if err := m.walk(body, end, path+"/"); err != nil {
		return err
	}
	return m.after(path)
}

// after finishes a box whose children have been read.
func (m *movie) after(path string) error {
	switch path {
	case "moov":
		m.described = true
		return m.begin()
	case "moof/traf":
		m.finishPiece()
	}
	return nil
}

// leaf reads a box without children.
func (m *movie) leaf(path string, body, end int64) error {
	switch path {
	case "ftyp":
		brand, err := m.source.Bytes(body, 4)
		m.brand = string(brand)
		return err
	case "mdat":
		m.filled, m.owed = true, false
	case "sidx":
		return m.readIndex(body, end)
	case "moov/mvhd":
		var header gomp4.Mvhd
		err := m.decode(&header, body, end)
		m.timescale = header.Timescale
		return err
	case "moov/mvex/mehd":
		var header gomp4.Mehd
		err := m.decode(&header, body, end)
		m.promised = ticks(header.GetFragmentDuration(), m.timescale)
		return err
	case "moov/mvex/trex", "moof/traf/tfhd", "moof/traf/tfdt", "moof/traf/trun":
		return m.readFragment(path, body, end)
	}
	if strings.HasPrefix(path, "moov/trak/") {
		return m.readTrack(path, body, end, m.tracks[len(m.tracks)-1])
	}
	return nil
}

// decode decodes the payload of a box.
func (m *movie) decode(box gomp4.IBox, body, end int64) error {
	if body > end || end-body > maxBox {
		return file.ErrDamaged
	}
	payload, err := m.source.Bytes(body, int(end-body))
	if err != nil {
		return err
	}
	_, err = gomp4.Unmarshal(bytes.NewReader(payload), uint64(len(payload)), box, gomp4.Context{})
	return err
}
