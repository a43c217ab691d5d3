//go:build ignore

// This program draws the videos of the tests and pictures, and needs ffmpeg:
//
//	go run ui/review/testdata/make.go
//
// Each frame has its number in the lower left corner, as eight blocks, lowest bit
// first: light is 1. So a test can tell which frame a browser shows.
package main

import (
	"encoding/binary"
	"image"
	"image/color"
	"io"
	"log"
	"math"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/image/vector"
)

const (
	width, height = 640, 360
	rate          = 25
	frames        = 6 * rate
	block         = 8
	samples       = 48000
)

func main() {
	folder := filepath.Join("ui", "review", "testdata")
	for name, speech := range map[string]func(float64) float64{
		"input": func(float64) float64 { return 0.04 },
		"one":   func(t float64) float64 { return 0.55 * talk(t+0.12) },
		"two":   talk,
	} {
		if err := film(filepath.Join(folder, name+".webm"), speech); err != nil {
			log.Fatal(name, ": ", err)
		}
	}
}

// talk returns how far the mouth is open, from 0 to 1: syllables with a pause.
func talk(t float64) float64 {
	if t > 2.7 && t < 3.1 {
		return 0.03
	}
	return math.Abs(math.Sin(2*math.Pi*1.9*t)) * (0.6 + 0.4*math.Sin(2*math.Pi*0.43*t+1))
}

// film encodes a video with a tone that is as loud as the mouth is open.
func film(path string, speech func(float64) float64) error {
	sound, err := os.CreateTemp("", "*.raw")
	if err != nil {
		return err
	}
	defer os.Remove(sound.Name())
	wave := make([]int16, samples*frames/rate)
	for i := range wave {
		t := float64(i) / samples
		wave[i] = int16(6000 * speech(t) * math.Sin(2*math.Pi*160*t))
	}
	if err := binary.Write(sound, binary.LittleEndian, wave); err != nil {
		return err
	}
	cmd := exec.Command("ffmpeg", "-loglevel", "error", "-y",
		"-f", "rawvideo", "-pix_fmt", "rgba", "-s", "640x360", "-r", "25", "-i", "-",
		"-f", "s16le", "-ar", "48000", "-ac", "1", "-i", sound.Name(),
		"-c:v", "libvpx-vp9", "-crf", "36", "-b:v", "0", "-g", "50", "-deadline", "good", "-cpu-used", "4",
		"-c:a", "libopus", "-b:a", "16k", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", path)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	for n := range frames {
		if _, err := in.Write(portrait(n, speech(float64(n)/rate)).Pix); err != nil && err != io.ErrClosedPipe {
			return err
		}
	}
	if err := in.Close(); err != nil {
		return err
	}
	return cmd.Wait()
}

// portrait draws somebody who speaks.
func portrait(n int, open float64) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			d := math.Hypot(float64(x-200)/640, float64(y-60)/360)
			img.SetRGBA(x, y, mix(color.RGBA{0xd9, 0xe4, 0xee, 255}, color.RGBA{0x8f, 0xa9, 0xbf, 255}, d))
		}
	}
	t := float64(n) / rate
	sway, nod := 3*math.Sin(t*1.1), 2*math.Sin(t*1.7)
	ellipse := func(x, y, rx, ry float64, c color.RGBA) { oval(img, 320+x+sway, 170+y+nod, rx, ry, c) }
	skin, shade := color.RGBA{0xe8, 0xb8, 0x9a, 255}, color.RGBA{0xd3, 0x9c, 0x7e, 255}
	hair, white, dark := color.RGBA{0x3b, 0x2a, 0x26, 255}, color.RGBA{0xf8, 0xf8, 0xf6, 255}, color.RGBA{0x2b, 0x22, 0x22, 255}
	ellipse(0, -30, 98, 112, hair)
	oval(img, 320, 380, 190, 130, color.RGBA{0x2f, 0x5d, 0x7c, 255})
	ellipse(0, 108, 36, 56, shade)
	jaw := 5 * open
	ellipse(-84, 0, 14, 24, shade)
	ellipse(84, 0, 14, 24, shade)
	ellipse(0, jaw/2, 84, 106+jaw, skin)
	ellipse(0, -92, 82, 42, hair)
	for _, side := range []float64{-1, 1} {
		ellipse(side*34, -26, 17, 3.5, hair)
		lid := 9.0
		if n%80 > 76 {
			lid = 1.5
		}
		ellipse(side*34, -4, 14, lid, white)
		ellipse(side*34, -4, 6.5, math.Min(lid, 6.5), dark)
	}
	ellipse(0, 26, 9, 14, shade)
	wide := 30 - 7*open
	ellipse(0, 62+jaw, wide+5, 7+17*open, color.RGBA{0xb8, 0x5a, 0x55, 255})
	ellipse(0, 62+jaw, wide, 1.5+15*open, color.RGBA{0x5a, 0x1f, 0x24, 255})
	if open > 0.3 {
		ellipse(0, 54+jaw-8*open+6, wide-8, 3.5*open+1, white)
	}
	for bit := range 8 {
		c := color.RGBA{0x6a, 0x82, 0x98, 255}
		if n>>bit&1 == 1 {
			c = color.RGBA{0xd2, 0xdd, 0xe7, 255}
		}
		for y := height - block; y < height; y++ {
			for x := bit * block; x < (bit+1)*block; x++ {
				img.SetRGBA(x, y, c)
			}
		}
	}
	return img
}

func mix(a, b color.RGBA, part float64) color.RGBA {
	part = min(1, max(0, part))
	of := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*part) }
	return color.RGBA{of(a.R, b.R), of(a.G, b.G), of(a.B, b.B), 255}
}

// oval fills an ellipse.
func oval(img *image.RGBA, x, y, rx, ry float64, c color.RGBA) {
	const k = 0.5522847 // makes four curves round
	z := vector.NewRasterizer(width, height)
	p := func(dx, dy float64) (float32, float32) { return float32(x + dx*rx), float32(y + dy*ry) }
	curve := func(a, b, c, d, e, f float64) {
		ax, ay := p(a, b)
		bx, by := p(c, d)
		cx, cy := p(e, f)
		z.CubeTo(ax, ay, bx, by, cx, cy)
	}
	z.MoveTo(p(1, 0))
	curve(1, k, k, 1, 0, 1)
	curve(-k, 1, -1, k, -1, 0)
	curve(-1, -k, -k, -1, 0, -1)
	curve(k, -1, 1, -k, 1, 0)
	z.ClosePath()
	z.Draw(img, img.Bounds(), image.NewUniform(c), image.Point{})
}
