package shell_test

import (
	"testing"

	"wardroom/internal/shell"
)

// Programs that read, with what makes them do more: a file to write, a program to start,
// something to take back.
func TestReadersThatDoMore(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read        | openssl x509 -noout -enddate -in tls.crt
		read        | openssl rand -hex 16
		change      | openssl x509 -in tls.crt -out copy.crt
		change      | openssl x509 -req -in a.csr -CA ca.pem -CAkey ca.key -CAcreateserial
		change      | openssl rand -out seed 32
		read+d      | openssl rsa -in tls.key
		change+d    | openssl rsa -in tls.key -out plain.key
		read+d      | openssl pkcs12 -in all.p12 -nodes
		read        | ceph status -f json
		change      | ceph status -o report
		change      | ceph osd getcrushmap -omap.bin
		change      | ceph osd dump --outfile=report
		read        | ceph daemon mds.a dump_blocked_ops
		read+s      | etcdctl watch key
		unknown+s   | etcdctl watch key -- ./notify.sh
		change      | etcdctl check datascale
		read        | nmap -sS -p 22 -T4 db-1
		change      | nmap -oN ports.txt db-1
		unknown     | nmap --script=http-put db-1
		read        | dnf history
		read        | yum history info 5
		change      | dnf history undo 5
		change      | aws iam create-access-key --user-name ci
		read+d      | aws ec2 get-password-data --instance-id i-1
		read+d      | az keyvault secret show --name db
		read+r      | helm template ./chart
		change+r    | helm template ./chart --output-dir out
		unknown+r   | helm template ./chart --post-renderer ./patch.sh
		read+s      | kafka-console-consumer.sh --bootstrap-server kafka:9092 --topic orders --from-beginning
		change      | kafka-console-consumer.sh --bootstrap-server kafka:9092 --topic orders --group billing
		read+d      | mysqldump -uroot -psecret shop
		interactive | mysqldump -u root -p shop
		change      | mysqldump -r dump.sql shop
		destroy     | mysqldump --delete-master-logs shop
		read+d      | mongoexport -d shop -c orders
		change      | mongoexport -d shop -c orders -o orders.json
		read        | pg_waldump 000000010000000000000001
		change      | pg_waldump --save-fullpage=pages 000000010000000000000001
		read        | dmidecode -t memory
		change      | dmidecode --dump-bin table
		read        | sensors
		change      | sensors -s
		read        | iptables-save -t nat
		change      | iptables-save -f rules
		read        | blkid /dev/sda1
		change      | blkid -g
		change      | vault token create
		unknown     | consul watch -type=key -key=a ./handler.sh
		change      | promtool debug metrics http://localhost:9090
		change      | pgbackrest check --stanza=main
		read        | rpm-ostree status
		change      | rpm-ostree rebase fedora:43
		read        | ovn-appctl -t /var/run/ovn/ovnsb_db.ctl cluster/status OVN_Southbound
		change      | ovn-appctl exit
		unknown     | ovn-appctl frob
		read        | virctl guestosinfo web
		change      | virctl stop web
		destroy     | virctl stop web --force --grace-period=0
	`)
	labelled(t, onKubernetes, `
		unknown     | kubectl debug node web-1 --image=busybox
		change      | kubectl debug web-0 --image=busybox
		change      | kubectl create secret tls web --cert=web.pem --key=web.key
		unknown+r   | kubectl create secret tls web --cert=web.pem --key=/etc/web.key
	`)
}

// What curl would make several addresses of counts where it could name another host or path.
func TestCurlGlobs(t *testing.T) {
	t.Parallel()
	labelled(t, onDocker, `
		read        | docker exec c curl -s 'http://localhost:9090/api/v1/query?query=rate(http_requests_total{code="500"}[5m])'
		change      | docker exec c curl -X POST 'http://localhost:9090/api/v1/query?query=up[5m]'
		unknown     | docker exec c curl 'http://localhost:9090/{a,b}?query=up[5m]'
		unknown     | docker exec c curl '{http,dict}://redis:6379/flushall?x'
		unknown     | docker exec c curl '[d-d]ict://redis:6379/?x=[1-2]'
	`)
}
