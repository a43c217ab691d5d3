// Package thumbnail makes small pictures of images and videos: it fetches an image
// or has ffmpeg take a frame of a local video, and scales it down. It reads no
// more than it must, refuses what would be too large before it decodes it, and
// knows neither the key nor a terminal.
package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // the formats that image.Decode knows
	_ "image/jpeg"
	_ "image/png"
	"io"
	"net/http"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp"
)

// The limits.
const (
	maxBytes  = 8 << 20    // of an encoded image
	maxPixels = 13_000_000 // of a decoded one: 4032×3024, which phones take
	maxSide   = 20_000
	// Side is the most pixels a small picture has in a row or a column.
	Side = 96
)

// errTooLarge refuses an image.
var errTooLarge = errors.New("the image is too large for a small picture of it")

// Fetch makes a small picture of the image behind a link, with a client that
// carries no key.
func Fetch(ctx context.Context, client *http.Client, link string) (image.Image, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "image/*")
	res, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	switch {
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the server says %s", res.Status)
	case res.ContentLength > maxBytes:
		return nil, errTooLarge
	}
	return Read(ctx, res.Body)
}

// Read makes a small picture of an encoded image: JPEG, PNG, WebP, or the first
// frame of a GIF.
func Read(ctx context.Context, encoded io.Reader) (image.Image, error) {
	b, err := io.ReadAll(io.LimitReader(encoded, maxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > maxBytes:
		return nil, errTooLarge
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(b))
	switch {
	case err != nil:
		return nil, fmt.Errorf("it is no image: %w", err)
	case config.Width <= 0 || config.Height <= 0 || config.Width > maxSide || config.Height > maxSide || config.Width*config.Height > maxPixels:
		return nil, errTooLarge
	}
	whole, _, err := image.Decode(&impatient{ctx: ctx, rest: b})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("it is no image: %w", err)
	}
	return small(whole), nil
}

// impatient hands out an image in small parts, and fails once its context has
// ended. A decoder cannot be stopped otherwise, and some images are made to take
// long.
type impatient struct {
	ctx  context.Context
	rest []byte
}

func (r *impatient) Read(p []byte) (int, error) {
	const part = 4 << 10
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), part)], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// small scales an image down to at most Side pixels each way. A large image is
// first scaled fast, and then well.
func small(whole image.Image) image.Image {
	return scaled(scaled(whole, 4*Side, draw.ApproxBiLinear), Side, draw.CatmullRom)
}

func scaled(m image.Image, side int, by draw.Scaler) image.Image {
	to := image.NewRGBA(image.Rectangle{Max: fit(m.Bounds().Size(), image.Pt(side, side))})
	by.Scale(to, to.Bounds(), m, m.Bounds(), draw.Src, nil)
	return to
}

// fit returns the size at which something fits into a box, in its proportions and
// no larger than it is.
func fit(size, box image.Point) image.Point {
	scale := min(1, float64(box.X)/float64(size.X), float64(box.Y)/float64(size.Y))
	return image.Pt(max(1, int(float64(size.X)*scale+0.5)), max(1, int(float64(size.Y)*scale+0.5)))
}
