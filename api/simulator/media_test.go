package simulator

import (
	"bytes"
	"encoding/binary"
	"image/png"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/abema/go-mp4"
)

// A movie is small, well formed, and as long as it claims.
func TestMovie(t *testing.T) {
	for _, seconds := range []float64{0.5, 1, 12.48, 28, 600} {
		file := movie(seconds, 42)
		if len(file) > 8<<10+64*int(seconds) {
			t.Errorf("%v s take %d bytes", seconds, len(file))
		}
		info, err := mp4.Probe(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(info.Duration) / float64(info.Timescale); math.Abs(got-seconds) > 0.001 {
			t.Errorf("it lasts %v s, want %v", got, seconds)
		}
		if len(info.Tracks) != 2 {
			t.Fatalf("it has %d tracks", len(info.Tracks))
		}
		track, sound := info.Tracks[0], info.Tracks[1]
		if track.Codec != mp4.CodecAVC1 || track.AVC.Profile != 66 || track.AVC.Width != movieSide {
			t.Errorf("the track is %+v", track.AVC)
		}
		if sound.Codec != mp4.CodecMP4A || sound.MP4A.ChannelCount != 1 || sound.Timescale != soundRate {
			t.Errorf("the sound is %+v", sound)
		}
		if last := sound.Chunks[0]; !bytes.Equal(file[last.DataOffset:], silence(uint32(info.Duration))) {
			t.Errorf("%d bytes of sound", len(file)-int(last.DataOffset))
		}
		for _, track := range info.Tracks {
			var shown uint64
			for _, sample := range track.Samples {
				shown += uint64(sample.TimeDelta)
			}
			if shown != track.Duration || math.Abs(float64(shown)/float64(track.Timescale)-seconds) > 0.001 {
				t.Errorf("its frames last %d, it lasts %d of %d", shown, track.Duration, track.Timescale)
			}
		}
		keys, err := mp4.FindIDRFrames(bytes.NewReader(file), track)
		if err != nil || !slices.Equal(keys, []int{0}) {
			t.Errorf("key frames %v, %v", keys, err)
		}
		if begins := file[track.Chunks[0].DataOffset+4]; begins != 0x65 {
			t.Errorf("the first frame begins with %#x", begins)
		}
	}
}

// A unit must contain nothing that looks like a start code.
func TestNoStartCodeInside(t *testing.T) {
	for _, unit := range [][]byte{sequenceParameters(), pictureParameters(), keyFrame(0), repeatFrame(3), nal(1, make([]byte, 9))} {
		for i := range len(unit) - 2 {
			if unit[i] == 0 && unit[i+1] == 0 && unit[i+2] < 3 {
				t.Fatalf("a start code at %d of % x", i, unit[:min(40, len(unit))])
			}
		}
	}
}

func TestMediaFiles(t *testing.T) {
	a := open(t, Options{})
	a.key = ""
	film := a.get(a.StorageURL() + "/media/talk_28s.mp4").is(200)
	if !bytes.Equal(film.body, movie(28, hash("talk_28s.mp4"))) {
		t.Error("the film is another one")
	}
	ranged := a.do("GET", a.StorageURL()+"/media/talk_28s.mp4", map[string]string{"Range": "bytes=4-7"}, nil).is(206)
	if string(ranged.body) != "ftyp" {
		t.Errorf("the range holds %q", ranged.body)
	}
	sound := a.get(a.StorageURL() + "/media/line_2.5s.wav").is(200)
	rate, size := binary.LittleEndian.Uint32(sound.body[28:]), binary.LittleEndian.Uint32(sound.body[40:])
	if float64(size)/float64(rate) != 2.5 || len(sound.body) != int(size)+wavHeader {
		t.Errorf("%d bytes at %d a second", size, rate)
	}
	tail := a.do("GET", a.StorageURL()+"/media/long_3600s.wav", map[string]string{"Range": "bytes=-2"}, nil).is(206)
	if len(tail.body) != 2 {
		t.Errorf("the tail has %d bytes", len(tail.body))
	}
	if _, err := png.Decode(bytes.NewReader(a.get(a.StorageURL() + "/media/face.png").is(200).body)); err != nil {
		t.Error(err)
	}
}

// An output link needs no key, changes every hour, and expires an hour later.
func TestOutputLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := open(t, Options{})
		id := a.Add(Job{Status: completed, Seconds: 12.48, Name: "launch_cut"})
		link := a.outputOf(id)
		a.key = ""
		there := a.get(link).is(302).header.Get("Location")
		if !strings.HasPrefix(there, a.StorageURL()+"/out/") {
			t.Errorf("it leads to %s", there)
		}
		info, err := mp4.Probe(bytes.NewReader(a.get(there).is(200).body))
		if err != nil || info.Duration != 12480 {
			t.Errorf("the output is %+v, %v", info, err)
		}
		a.get(link[:len(link)-1] + "x").is(403)
		time.Sleep(time.Hour)
		if a.outputOf(id) == link {
			t.Error("the link is still the same")
		}
		a.get(link).is(302)
		time.Sleep(time.Hour)
		a.get(link).is(403)
		a.get(there).is(403)
		a.key = a.Key()
		download := a.get("/v2/generations/" + id + "/download").is(200)
		a.key = ""
		a.get(string(download.body)).is(200)
	})
}

func TestGauge(t *testing.T) {
	old := slices.Concat([]byte("....mvhd\x01\x00\x00\x00"), make([]byte, 16), u32(600, 0, 5400))
	for _, c := range []struct {
		name string
		file []byte
		want float64
	}{
		{"a.mp4", movie(33.3, 1), 33.3},
		{"b.mov", slices.Concat(old, make([]byte, 20)), 9},
		{"c_17s.mp3", []byte("no header that we read"), 17},
	} {
		for _, chunk := range []int{1, 7, 4096} {
			var g gauge
			for piece := range slices.Chunk(c.file, chunk) {
				_, _ = g.Write(piece)
			}
			if got := g.seconds(c.name); math.Abs(got-c.want) > 0.001 {
				t.Errorf("%s in pieces of %d lasts %v s, want %v", c.name, chunk, got, c.want)
			}
		}
	}
	var g gauge
	if _, err := io.Copy(&g, newWAV(4.25)); err != nil || g.seconds("x.wav") != 4.25 {
		t.Errorf("the sound lasts %v s, %v", g.seconds("x.wav"), err)
	}
}
