//go:build kubernetes

package kubernetes

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority signs the certificates of one cluster.
type authority struct {
	dir    string
	key    *ecdsa.PrivateKey
	cert   *x509.Certificate
	serial int64
}

func newAuthority(dir string) (*authority, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	a := &authority{dir: dir, serial: 1}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	template := a.template("authority")
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		return nil, err
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	return a, writePEM(a.path("ca.crt"), "CERTIFICATE", der)
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

func (a *authority) template(name string, groups ...string) *x509.Certificate {
	a.serial++
	return &x509.Certificate{
		SerialNumber: big.NewInt(a.serial), Subject: pkix.Name{CommonName: name, Organization: groups},
		NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
}

// issue writes file.crt and file.key for the user, who is also good for a server on this machine.
func (a *authority) issue(file, user string, groups ...string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	der, err := x509.CreateCertificate(rand.Reader, a.template(user, groups...), a.cert, &key.PublicKey, a.key)
	if err != nil {
		return err
	}
	if err = writePEM(a.path(file+".crt"), "CERTIFICATE", der); err != nil {
		return err
	}
	raw, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return writePEM(a.path(file+".key"), "EC PRIVATE KEY", raw)
}

// writePEM writes keys too so that the user of runs can read them: they are good for nothing but this cluster.
func writePEM(path, kind string, der []byte) error {
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o644)
}

// writeKubeconfig writes a kubeconfig of one context. Its mode lets the user of runs read it.
func writeKubeconfig(path, server, ca string, user map[string]any) error {
	named := func(key string, value any) []any { return []any{map[string]any{"name": "it", key: value}} }
	raw, err := json.Marshal(map[string]any{ // YAML too
		"apiVersion": "v1", "kind": "Config", "current-context": "it",
		"clusters": named("cluster", map[string]any{"server": server, "certificate-authority": ca}),
		"users":    named("user", user),
		"contexts": named("context", map[string]any{"cluster": "it", "user": "it"}),
	})
	if err != nil {
		return err
	}
	return os.WriteFile(path, raw, 0o644)
}

// withCertificate is the user of a kubeconfig who shows a certificate of the authority.
func (a *authority) withCertificate(file string) map[string]any {
	return map[string]any{"client-certificate": a.path(file + ".crt"), "client-key": a.path(file + ".key")}
}
