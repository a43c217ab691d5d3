package thumbnail

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func red(width, height int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	for y := range height {
		for x := range width {
			m.SetRGBA(x, y, color.RGBA{R: 220, A: 255})
		}
	}
	return m
}

// tinyWebP is one white pixel.
const tinyWebP = "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0JaQAA3AA/vuUAAA="

func encoded(t *testing.T, format string) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, red(640, 360))
	case "jpeg":
		err = jpeg.Encode(&b, red(640, 360), nil)
	case "gif":
		err = gif.Encode(&b, red(640, 360), nil)
	case "webp":
		var raw []byte
		raw, err = base64.StdEncoding.DecodeString(tinyWebP)
		b.Write(raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// claiming is a PNG whose header claims a size.
func claiming(t *testing.T, width, height uint32) []byte {
	t.Helper()
	b := bytes.Clone(encoded(t, "png"))
	binary.BigEndian.PutUint32(b[16:], width)
	binary.BigEndian.PutUint32(b[20:], height)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestImagesBecomeSmall(t *testing.T) {
	for _, format := range []string{"png", "jpeg", "gif", "webp"} {
		m, err := Read(t.Context(), bytes.NewReader(encoded(t, format)))
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		want := image.Pt(96, 54)
		if format == "webp" {
			want = image.Pt(1, 1)
		}
		if size := m.Bounds().Size(); size != want {
			t.Errorf("%s became %v", format, size)
		}
		if r, g, _, _ := m.At(0, 0).RGBA(); format != "webp" && (r>>8 < 200 || g>>8 > 20) {
			t.Errorf("%s has the colour %v", format, m.At(0, 0))
		}
	}
}

// What would take much memory or time is refused before it is decoded.
func TestLargeAndBrokenImagesAreRefused(t *testing.T) {
	for name, b := range map[string][]byte{
		"many pixels":   claiming(t, 100_000, 100_000),
		"a long row":    claiming(t, 1<<24, 1),
		"too large":     append(encoded(t, "png"), make([]byte, maxBytes)...),
		"no image":      []byte("<html>not here</html>"),
		"nothing":       nil,
		"an incomplete": encoded(t, "jpeg")[:300],
	} {
		if m, err := Read(t.Context(), bytes.NewReader(b)); err == nil {
			t.Errorf("%s became a picture of %v", name, m.Bounds())
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ended, bytes.NewReader(encoded(t, "png"))); !errors.Is(err, context.Canceled) {
		t.Errorf("after its end: %v", err)
	}
}

func TestFetchRefusesWhatIsNoImage(t *testing.T) {
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a.png":
			_, _ = w.Write(encoded(t, "png"))
		case "/long.png":
			w.Header().Set("Content-Length", "900000000")
		default:
			http.Error(w, "gone", http.StatusForbidden)
		}
	}))
	defer host.Close()
	if m, err := Fetch(t.Context(), host.Client(), host.URL+"/a.png"); err != nil || m.Bounds().Dx() != 96 {
		t.Errorf("%v, %v", m, err)
	}
	for _, path := range []string{"/long.png", "/gone.png"} {
		if _, err := Fetch(t.Context(), host.Client(), host.URL+path); err == nil {
			t.Errorf("%s became a picture", path)
		}
	}
}

func TestFrameOfAVideo(t *testing.T) {
	ffmpeg, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip(err)
	}
	path := filepath.Join(t.TempDir(), "-a film.mp4")
	if out, err := exec.Command(ffmpeg, "-v", "error", "-f", "lavfi", "-i", "color=red:s=320x180:d=0.2", "-c:v", "mpeg4", "file:"+path).CombinedOutput(); err != nil {
		t.Skipf("%v: %s", err, out)
	}
	begun := time.Now()
	m, err := Frame(t.Context(), path)
	if err != nil {
		t.Fatalf("%v after %s", err, time.Since(begun))
	}
	if r, g, _, _ := m.At(40, 20).RGBA(); m.Bounds().Size() != image.Pt(96, 54) || r>>8 < 200 || g>>8 > 60 {
		t.Errorf("a frame of %v with %v", m.Bounds(), m.At(40, 20))
	}
	if _, err := Frame(t.Context(), filepath.Join(t.TempDir(), "none.mp4")); err == nil {
		t.Error("there is a frame of a file that is not there")
	}
}
