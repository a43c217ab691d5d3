package draft

import (
	"slices"
	"strings"
)

// UnsignedMedia returns a typed link without its signature, and other text
// unchanged.
func UnsignedMedia(typed string) string {
	typed = strings.TrimSpace(typed)
	m, err := ParseMedia(typed, "")
	if err != nil || m.Source != SourceURL {
		return typed
	}
	return Unsigned(typed)
}

// Unsigned returns a link without the parameters of its signature, which differ
// each time, to compare what links lead to.
func Unsigned(link string) string {
	link, query, _ := strings.Cut(link, "?")
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(part, "="); part != "" && !signs(name) {
			kept = append(kept, part)
		}
	}
	if len(kept) == 0 {
		return link
	}
	return link + "?" + strings.Join(kept, "&")
}

// signs reports whether a parameter of a link belongs to its signature, which
// differs each time: those of Amazon S3 and CloudFront, Google, Azure, Akamai
// and of common home-made ones.
func signs(parameter string) bool {
	name := strings.ToLower(parameter)
	if strings.HasPrefix(name, "x-amz-") || strings.HasPrefix(name, "x-goog-") || strings.HasPrefix(name, "hdn") {
		return true
	}
	switch name {
	case "expires", "signature", "awsaccesskeyid", "googleaccessid", "key-pair-id", "policy",
		"sig", "se", "st", "sp", "sr", "sv", "spr", "skoid", "sktid", "skt", "ske", "sks", "skv",
		"token", "exp", "expiry", "hmac", "jwt", "auth", "auth_key", "sign":
		return true
	}
	return false
}

// Unsigned is the draft without the signatures of its links, which differ each
// time that a link is made.
func (d Draft) Unsigned() Draft {
	d.More = slices.Clone(d.More)
	d.Visual, d.Audio = UnsignedMedia(d.Visual), UnsignedMedia(d.Audio)
	for i := range d.More {
		d.More[i].Audio = UnsignedMedia(d.More[i].Audio)
	}
	return d
}
