package media

import (
	"cmp"
	"errors"
	"io"
	"math"
	"strings"

	"github.com/abema/go-mp4"
)

const (
	// maxBoxes is more than any honest file has on the way to its length.
	maxBoxes = 10_000
	// maxTracks is more than any honest file has.
	maxTracks = 64
	// maxBox is the largest box that is decoded whole, in bytes. The tables of
	// a long video are larger, and none of them is needed.
	maxBox = 64 << 10
)

// movie is an MP4 or QuickTime file being read. Its boxes are found by their
// sizes, so the sound and the pictures are jumped over wherever the description
// of the file stands. The walk is ours, because it has to stop early and to
// stand hostile sizes; what is in a box is go-mp4's business.
type movie struct {
	source *source
	r      *io.SectionReader
	boxes  int
	done   bool // nothing is left to learn

	brand      string
	described  bool   // moov was there
	timescale  uint32 // ticks per second of duration and fragments
	duration   uint64
	tracks     []track
	fragmented bool    // what follows counts instead of duration
	fragments  uint64  // the length of all fragments, in ticks
	indexed    float64 // the same in seconds, by an index
	fragment   fragment
	defaults   map[uint32]uint32 // ticks of a sample, by track
}

// track is one track of a movie.
type track struct {
	handler       string // "vide", "soun", …
	id            uint32
	timescale     uint32
	duration      uint64
	width, height int
	samples       uint64
	end           uint64 // of its last fragment, in ticks
}

func (t track) seconds() float64 {
	return max(ticks(t.duration, t.timescale), ticks(t.end, t.timescale))
}

// ticks turns a duration into seconds; 0 when the file does not know it.
func ticks(duration uint64, timescale uint32) float64 {
	if timescale == 0 || duration == math.MaxUint32 || duration == math.MaxUint64 {
		return 0
	}
	return float64(duration) / float64(timescale)
}

// mp4 measures mp4, m4a and mov files.
func (s *source) mp4() (Info, error) {
	m := &movie{source: s, r: s.section(0)}
	if err := m.walk(0, s.size, ""); err != nil {
		return Info{}, err
	}
	if !m.described {
		if m.brand == "heic" || m.brand == "mif1" || m.brand == "avif" {
			return Info{}, ErrFormat
		}
		return Info{}, ErrDamaged
	}
	return m.info(), nil
}

// info puts together what the boxes said.
func (m *movie) info() Info {
	info := Info{Format: "mp4"}
	switch m.brand {
	case "qt  ", "": // QuickTime is older than the brand
		info.Format = "mov"
	case "M4A ", "M4B ":
		info.Format = "m4a"
	}
	for _, t := range m.tracks {
		switch {
		case t.handler == "vide" && !info.Picture.There:
			info.Picture, info.Width, info.Height = Track{There: true, Seconds: m.seconds()}, t.width, t.height
			if t.seconds() > 0 && m.fragmented == (t.end > 0) {
				info.FrameRate = float64(t.samples) / t.seconds()
			}
		case t.handler == "soun":
			info.Sound = Track{There: true, Seconds: m.seconds()}
		}
	}
	return info
}

// seconds is the length that the movie says it has, else that of its longest
// track. In a fragmented movie the first number may be that of the first
// fragment alone, so it counts last.
func (m *movie) seconds() float64 {
	movie, longest := ticks(m.duration, m.timescale), 0.0
	for _, t := range m.tracks {
		longest = max(longest, t.seconds())
	}
	if m.fragmented {
		return cmp.Or(max(ticks(m.fragments, m.timescale), m.indexed), longest, movie)
	}
	return cmp.Or(movie, longest)
}

// walk goes over the boxes between two offsets. path names the boxes around
// them.
func (m *movie) walk(from, to int64, path string) error {
	for from <= to-mp4.SmallHeaderSize && !m.done {
		if m.boxes++; m.boxes > maxBoxes {
			return ErrDamaged
		}
		if _, err := m.r.Seek(from, io.SeekStart); err != nil {
			return err
		}
		header, err := mp4.ReadBoxInfo(m.r)
		if err != nil {
			return m.atEnd(err, path)
		}
		if header.Size < header.HeaderSize {
			return m.padding(path)
		}
		end := to
		if header.Size < uint64(to-from) {
			end = from + int64(header.Size)
		}
		if err := m.box(path+header.Type.String(), from+int64(header.HeaderSize), end); err != nil {
			return err
		}
		from = end
	}
	return nil
}

// atEnd forgives the end of a file whose size nobody knows, between two boxes.
func (m *movie) atEnd(err error, path string) error {
	if path == "" && errors.Is(err, io.EOF) && !m.source.sized() {
		return nil
	}
	return err
}

// padding forgives the four zero bytes that end a list in QuickTime.
func (m *movie) padding(path string) error {
	if path == "" {
		return ErrDamaged
	}
	return nil
}

// box looks at one box, by its path, so a box in a wrong place is nothing and
// no file can nest deeper than the paths here.
func (m *movie) box(path string, body, end int64) error {
	switch path {
	case "moov", "moov/trak/mdia", "moov/trak/mdia/minf", "moov/trak/mdia/minf/stbl", "moof":
	case "moov/trak":
		if len(m.tracks) == maxTracks {
			return ErrDamaged
		}
		m.tracks = append(m.tracks, track{})
	case "moov/mvex":
		m.fragmented = true
	case "moof/traf":
		m.fragment = fragment{}
	default:
		return m.leaf(path, body, end)
	}
	if err := m.walk(body, end, path+"/"); err != nil {
		return err
	}
	switch path {
	case "moov":
		m.described = true
		m.done = !m.fragmented || m.fragments > 0
	case "moof/traf":
		m.addFragment()
	}
	return nil
}

// leaf reads one of the boxes that hold no others.
func (m *movie) leaf(path string, body, end int64) error {
	switch path {
	case "ftyp":
		brand, err := m.source.bytes(body, 4)
		m.brand = string(brand)
		return err
	case "sidx":
		return m.readIndex(body, end)
	case "moov/mvhd":
		var header mp4.Mvhd
		err := m.decode(&header, body, end)
		m.timescale, m.duration = header.Timescale, header.GetDuration()
		return err
	case "moov/mvex/mehd":
		var header mp4.Mehd
		err := m.decode(&header, body, end)
		m.fragments = header.GetFragmentDuration()
		return err
	case "moov/mvex/trex", "moof/traf/tfhd", "moof/traf/tfdt", "moof/traf/trun":
		return m.readFragment(path, body, end)
	}
	if strings.HasPrefix(path, "moov/trak/") {
		return m.readTrack(path, body, end, &m.tracks[len(m.tracks)-1])
	}
	return nil
}

// decode reads the payload of a box.
func (m *movie) decode(box mp4.IBox, body, end int64) error {
	if body > end || end-body > maxBox {
		return ErrDamaged
	}
	if _, err := m.r.Seek(body, io.SeekStart); err != nil {
		return err
	}
	_, err := mp4.Unmarshal(m.r, uint64(end-body), box, mp4.Context{})
	return err
}

// readTrack reads one of the boxes that describe a track.
func (m *movie) readTrack(path string, body, end int64, t *track) error {
	switch path {
	case "moov/trak/tkhd":
		var header mp4.Tkhd
		err := m.decode(&header, body, end)
		t.id, t.width, t.height = header.TrackID, int(header.GetWidthInt()), int(header.GetHeightInt())
		return err
	case "moov/trak/mdia/mdhd":
		var header mp4.Mdhd
		err := m.decode(&header, body, end)
		t.timescale, t.duration = header.Timescale, header.GetDuration()
		return err
	case "moov/trak/mdia/hdlr":
		kind, err := m.source.bytes(body+8, 4)
		t.handler = string(kind)
		return err
	case "moov/trak/mdia/minf/stbl/stsz": // only the number of samples, not the table behind it
		number, err := m.source.bytes(body+8, 4)
		t.samples = bigEndian(number)
		return err
	}
	return nil
}
