package download

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"hash/crc32"
)

// The algorithms of checksums.
const (
	algoMD5    = "md5"
	algoSHA256 = "sha-256"
	algoSHA512 = "sha-512"
	algoCRC32C = "crc32c"
)

// sums hashes the same bytes with several algorithms. SHA-256 is always one.
type sums map[string]hash.Hash

// newSums returns the hashes needed to check the wanted checksums.
func newSums(want map[string][]byte) sums {
	s := sums{algoSHA256: sha256.New()}
	for algo := range want {
		if h := newHash(algo); h != nil {
			s[algo] = h
		}
	}
	return s
}

// newHash returns the hash of an algorithm, nil for an unknown one.
func newHash(algo string) hash.Hash {
	switch algo {
	case algoMD5:
		return md5.New()
	case algoSHA256:
		return sha256.New()
	case algoSHA512:
		return sha512.New()
	case algoCRC32C:
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	}
	return nil
}

func (s sums) add(p []byte) {
	for _, h := range s {
		_, _ = h.Write(p) // never fails
	}
}

func (s sums) sha256() string { return hex.EncodeToString(s[algoSHA256].Sum(nil)) }
