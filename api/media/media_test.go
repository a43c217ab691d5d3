package media

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func palette() color.Palette { return color.Palette{color.Black, color.White} }

func probe(t testing.TB, file []byte) (Info, error) {
	t.Helper()
	return Probe(t.Context(), bytes.NewReader(file), int64(len(file)), Unknown)
}

func TestEveryFormatTellsItsLength(t *testing.T) {
	video := Info{Seconds: 12.5, Kind: Video, Width: 640, Height: 360, FrameRate: 312 / 12.5, Format: "mp4"}
	mov, m4a := video, Info{Seconds: 3, Kind: Audio, Format: "m4a"}
	mov.Format = "mov"
	sound := func(format string, seconds float64) Info { return Info{Seconds: seconds, Kind: Audio, Format: format} }
	picture := func(format string) Info { return Info{Kind: Image, Width: 48, Height: 32, Format: format} }
	pieces := Info{Seconds: 4, Kind: Video, Width: 320, Height: 240, FrameRate: 25, Format: "mp4"}
	const frame = 1152.0 / 44_100

	tests := []struct {
		name string
		file []byte
		want Info
	}{
		{"mp4", mp4Sample("isom", 5000), video},
		{"mp4 with its description last", mp4MoovLast(5000), video},
		{"mov", mp4Sample("qt  ", 5000), mov},
		{"mov without a brand", join(box("wide"), box("mdat", zeros(9)), clip()), mov},
		{"m4a", join(ftyp("M4A "), box("moov", mvhd(600, 1800), trackOf(1, "soun", 44_100, 132_300, 10, 0, 0))), m4a},
		{"mp4 whose movie header knows no length", join(ftyp("isom"), box("moov", mvhd(1000, math.MaxUint32), trackOf(1, "vide", 1000, 12_500, 312, 640, 360))), video},
		{"mp4 with a 64-bit box", join(ftyp("isom"), be32(1), []byte("mdat"), be64(16+7), zeros(7), clip()), video},
		{"mp4 whose last box reaches to the end", join(ftyp("isom"), clip(), be32(0), []byte("mdat"), zeros(99)), video},
		{"mp4 of fragments", fragmented(), pieces},
		{"webm", webmSample(7250), Info{Seconds: 7.25, Kind: Video, Width: 320, Height: 180, FrameRate: 25, Format: "webm"}},
		{"wav", wavSample(3), sound("wav", 3)},
		{"mp3 of a constant bitrate", mp3Constant(200), sound("mp3", 200*frame)},
		{"mp3 of a constant bitrate with tags", join(id3(300), mp3Constant(200), []byte("TAG"), zeros(125)), sound("mp3", 200*frame)},
		{"mp3 of a variable bitrate, counted", mp3Xing(1000), sound("mp3", 1000*frame-decoderDelay/44_100.0)},
		{"mp3 counted by VBRI", mp3VBRI(1000), sound("mp3", 1000*frame)},
		{"mp3 of a variable bitrate, not counted", mp3Variable(400), sound("mp3", 400*frame)},
		{"flac", flacSample(44_100, 441_000), sound("flac", 10)},
		{"flac after a tag", join(id3(20), flacSample(48_000, 24_000)), sound("flac", 0.5)},
		{"opus", opusSample(9, 10), sound("ogg", 9)},
		{"vorbis", vorbisSample(22_050, 44_100), sound("ogg", 2)},
		{"png", pngSample(t), picture("png")},
		{"jpeg", jpegSample(t), picture("jpeg")},
		{"gif", gifSample(t), picture("gif")},
		{"webp", webpSample(), picture("webp")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.want.Size = int64(len(test.file))
			got, err := probe(t, test.file)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.Seconds-test.want.Seconds) > 1e-3 || math.Abs(got.FrameRate-test.want.FrameRate) > 1e-3 {
				t.Errorf("%v s, %v frames a second; want %v and %v", got.Seconds, got.FrameRate, test.want.Seconds, test.want.FrameRate)
			}
			got.Picture, got.Sound = Track{}, Track{}
			got.Seconds, got.FrameRate, test.want.Seconds, test.want.FrameRate = 0, 0, 0, 0
			if got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

func TestLengthOfIncompleteFragments(t *testing.T) {
	index := func(covered uint32) []byte {
		return box("sidx", zeros(4), be32(1), be32(1000), zeros(8), be16(0), be16(2),
			be32(covered), be32(4500), zeros(4), be32(covered), be32(4500), zeros(4))
	}
	whole := fragmented()
	first := bytes.Index(whole, []byte("moof")) - 4
	for name, file := range map[string][]byte{
		"with a header that promises more": fragmented(box("mehd", zeros(4), be32(60_000))),
		"with an index that promises more": join(whole[:first], index(1), whole[first:]),
		"with padding behind them":         join(whole, zeros(2000)),
		"with the start of another movie":  join(whole, ftyp("isom"), clip()),
	} {
		got, err := probe(t, file)
		if err != nil || math.Abs(got.Seconds-4) > 1e-9 || got.Within != 0 {
			t.Errorf("fragments %s: %+v, %v; want 4 s", name, got, err)
		}
	}
}

func TestWAVsWithOddSizes(t *testing.T) {
	short := wavSample(3)
	piped := bytes.Clone(short)
	copy(piped[bytes.Index(piped, []byte("data"))+4:], le32(math.MaxUint32))
	tests := []struct {
		name string
		file []byte
		size int64
		want float64
	}{
		{"written to a pipe", piped, int64(len(piped)), 3},
		{"of unknown size", short, -1, 3},
		{"larger than 4 GiB could be", rf64Sample(), int64(len(rf64Sample())) + 3600*176_400, 3600},
	}
	for _, test := range tests {
		got, err := Probe(t.Context(), bytes.NewReader(test.file), test.size, Unknown)
		if err != nil || math.Abs(got.Seconds-test.want) > 1e-9 {
			t.Errorf("a WAV %s: %v, %v; want %v", test.name, got.Seconds, err, test.want)
		}
	}
}

func TestFilesWithoutALengthSayWhy(t *testing.T) {
	tests := []struct {
		name string
		file []byte
		want error
	}{
		{"nothing", nil, ErrEmpty},
		{"one byte", []byte{0xff}, ErrFormat},
		{"a login page", longPage(), ErrWebPage},
		{"AVI of nothing", join([]byte("RIFF"), le32(100), []byte("AVI "), zeros(100)), ErrDamaged},
		{"a recording that was not finished", join(ftyp("isom"), box("mdat", zeros(100))), ErrDamaged},
		{"mp4 cut off in its description", mp4MoovLast(10)[:200], ErrCutOff},
		{"mp4 cut off in its sound", mp4Sample("isom", 500)[:len(mp4Sample("isom", 0))+100], ErrCutOff},
		{"a box smaller than its header", join(ftyp("isom"), be32(4), []byte("moov"), zeros(50)), ErrDamaged},
		{"more tracks than any file has", box("moov", bytes.Repeat(box("trak"), maxTracks+1)), ErrDamaged},
		{"a run of four thousand million samples", join(fragmented(), box("moof", box("traf", box("tfhd", zeros(4), be32(1)), box("trun", be32(0x100), be32(math.MaxUint32), zeros(8))))), ErrDamaged},
		{"a length of 136 years", box("moov", mvhd(1, math.MaxUint32-1), trackOf(1, "soun", 1, 0, 1, 0, 0)), ErrNoLength},
		{"webm as browsers record it", webmSample(0), ErrNoLength},
		{"webm of not-a-number seconds", webmSample(float32(math.NaN())), ErrNoLength},
		{"webm cut off", webmSample(100)[:70], ErrCutOff},
		{"flac whose encoder did not know", flacSample(44_100, 0), ErrNoLength},
		{"flac without a rate", flacSample(0, 1000), ErrDamaged},
		{"wav cut off before its sound", wavSample(1)[:50], ErrDamaged},
		{"wav cut off in its sound", wavSample(3)[:30_000], ErrCutOff},
		{"ogg of something else", oggPage(0, oggFirst, 0, []byte("\x80theora             ")), ErrFormat},
		{"a tag without a file", id3(5000)[:600], ErrCutOff},
		{"a tag and no sound", join(id3(20), zeros(5000)), ErrFormat},
		{"half a png", pngSample(t)[:20], ErrDamaged},
	}
	for _, test := range tests {
		info, err := probe(t, test.file)
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %+v, %v; want %v", test.name, info, err, test.want)
		}
	}
}

func TestFilesOfAnotherKindSayWhichTheyAre(t *testing.T) {
	deep := []byte("x")
	for range 500 {
		deep = box("moov", deep)
	}
	sound := join(ftyp("M4A "), box("moov", mvhd(600, 1800), trackOf(1, "soun", 44_100, 132_300, 10, 0, 0)))
	silent := join(ftyp("isom"), box("moov", mvhd(600, 1800), trackOf(1, "vide", 1000, 3000, 75, 64, 64)))
	tests := []struct {
		name  string
		file  []byte
		want  Kind
		got   Kind
		words string
	}{
		{"a picture", jpegSample(t), Video, Image, "this is a picture (jpeg), but a video is needed"},
		{"a picture", pngSample(t), Audio, Image, "this is a picture (png), but audio is needed"},
		{"sound", sound, Video, Audio, "this m4a has sound but no picture; a video is needed"},
		{"sound", wavSample(1), Image, Audio, "this is audio (wav), but an image is needed"},
		{"a picture of a telephone", join(ftyp("heic"), box("meta", zeros(100))), Video, Image, "this is a picture (heic), but a video is needed"},
		{"a silent film", silent, Audio, Video, "this video (mp4) has no sound"},
		{"a film", mp4Sample("isom", 20), Image, Video, "this is a video (mp4), but an image is needed"},
		{"a letter", []byte("%PDF-1.7\n"), Audio, Unknown, "this file (pdf) has neither a picture nor sound, but audio is needed"},
		{"an answer of a server", []byte(`{"error":"the link has expired"}`), Video, Unknown, "this file (text) has neither a picture nor sound, but a video is needed"},
		{"boxes in boxes in boxes", deep, Unknown, Unknown, "this file (mov) has neither a picture nor sound, but a video or audio is needed"},
	}
	for _, test := range tests {
		_, err := Probe(t.Context(), bytes.NewReader(test.file), int64(len(test.file)), test.want)
		wrong, ok := errors.AsType[*KindError](err)
		if !ok || wrong.Got != test.got || wrong.Want != test.want || wrong.Error() != test.words {
			t.Errorf("%s as %s: %v, want %q", test.name, test.want, err, test.words)
		}
	}
	if info, err := Probe(t.Context(), bytes.NewReader(mp4Sample("isom", 20)), -1, Audio); err != nil || info.Kind != Video || info.Seconds != info.Sound.Seconds {
		t.Errorf("the sound of a film: %+v, %v", info, err)
	}
}

func TestSomeFormatsNeedToKnowTheSize(t *testing.T) {
	for name, file := range map[string][]byte{"pipe": rf64Sample()[:len(rf64Sample())-4]} {
		if _, err := Probe(t.Context(), bytes.NewReader(file), -1, Unknown); err == nil {
			t.Errorf("%s of unknown size has a length", name)
		}
	}
	for name, file := range map[string][]byte{"mp4": mp4MoovLast(100), "mp3": mp3Constant(100), "opus": opusSample(3, 10), "webm": webmSample(900)} {
		info, err := Probe(t.Context(), bytes.NewReader(file), -1, Unknown)
		if err != nil || info.Seconds <= 0 || info.Size != 0 && info.Size != int64(len(file)) {
			t.Errorf("%s of unknown size: %+v, %v", name, info, err)
		}
	}
}

func TestProbeEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Probe(ctx, bytes.NewReader(wavSample(1)), 100, Unknown); !errors.Is(err, context.Canceled) {
		t.Errorf("Probe: %v", err)
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "voice.wav")
	if err := os.WriteFile(path, wavSample(2), 0o600); err != nil {
		t.Fatal(err)
	}
	info, err := File(t.Context(), path, Unknown)
	if err != nil || info.Seconds != 2 || info.Size != int64(len(wavSample(2))) {
		t.Errorf("File: %+v, %v", info, err)
	}
	for path, words := range map[string]string{
		dir:                          "folder",
		os.DevNull:                   "regular",
		filepath.Join(dir, "no.mp4"): "no such file",
	} {
		if _, err := File(t.Context(), path, Unknown); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("File(%s): %v, want an error about %q", path, err, words)
		}
	}
}

func TestKindsHaveNames(t *testing.T) {
	for kind, want := range map[Kind]string{Unknown: "unknown", Video: "video", Audio: "audio", Image: "image"} {
		if got := kind.String(); got != want {
			t.Errorf("%d is %q, want %q", kind, got, want)
		}
	}
}

// FuzzProbe looks for files that make Probe panic, hang or return nonsense.
func FuzzProbe(f *testing.F) {
	for _, seed := range [][]byte{
		mp4Sample("isom", 20), mp4MoovLast(20), fragmented(), webmSample(500), wavSample(0), rf64Sample(),
		mp3Constant(2), mp3Xing(5), mp3Variable(4), id3(10), flacSample(8000, 8000), opusSample(1, 10),
		vorbisSample(8000, 8000), pngSample(f), webpSample(), []byte(loginPage),
	} {
		f.Add(seed, int64(len(seed)))
		f.Add(seed, int64(-1))
	}
	f.Fuzz(func(t *testing.T, file []byte, size int64) {
		info, err := Probe(t.Context(), bytes.NewReader(file), size, Unknown)
		if err == nil && info.Kind != Image && !(info.Seconds > 0 && info.Seconds <= maxSeconds) {
			t.Errorf("%+v", info)
		}
	})
}
