package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"regexp"
	"syscall"

	"dubtop/api/text"
)

// queries are removed from error texts, because they sign links.
var queries = regexp.MustCompile(`\?[^\s"']+`)

// Reason explains why a request to a host that only a link names failed. final
// reports that trying again does not help.
func Reason(err error, host string) (words text.Text, final bool) {
	if bad, ok := errors.AsType[linkError](err); ok {
		return text.Of(string(bad)), true
	}
	return text.Of(reasonFor(err, host)), isCertificate(err)
}

// reasonFor explains why a host gave no answer or an incomplete one.
func reasonFor(err error, host string) string {
	if words := certificateReason(err, host); words != "" && !errors.As(err, new(*proxyError)) {
		return words
	}
	var dns *net.DNSError
	var slow *tooSlow
	var proxy *proxyError
	switch {
	case errors.As(err, &proxy):
		return proxy.Error()
	case errors.Is(err, context.Canceled):
		return "the request was cancelled"
	case errors.Is(err, context.DeadlineExceeded):
		return "the request ran out of time"
	case errors.As(err, &slow):
		return slow.Error()
	case errors.As(err, &dns):
		return "the name " + host + " could not be found (DNS)"
	}
	if words := brokenReason(err, host); words != "" {
		return words
	}
	return queries.ReplaceAllString(err.Error(), "?"+"…")
}

// brokenReason explains how a connection to a host failed; "" if it did not.
func brokenReason(err error, host string) string {
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return host + " refused the connection"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return host + " cannot be reached from this network"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return host + " closed the connection"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the answer from " + host + " was cut off"
	case isTimeout(err):
		return host + " did not answer in time"
	}
	return ""
}

func isTimeout(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// isCertificate reports whether TLS failed for a reason that will not go away.
func isCertificate(err error) bool { return certificateReason(err, "") != "" }

func certificateReason(err error, host string) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "the certificate of " + host + " is out of date; check this machine's clock"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is not one for " + host + "; a proxy may be in between"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate of " + host + " is from an unknown authority; a proxy may be in between"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "the certificate of " + host + " is not valid"
	}
	return ""
}
