package shell_test

import (
	"testing"

	"wardroom/internal/shell"
)

// A flag counts where it means something, in every way to write it.
func TestFlagsOfOutsiders(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read      | gsutil rsync -n -r a gs://b
		change    | gsutil cp -n a gs://b
		destroy   | gsutil rsync -rd a gs://b
		read      | istioctl proxy-config log x
		change    | istioctl proxy-config log x --level debug
		read      | istioctl proxy-config cluster x -o json
		change    | istioctl manifest generate -o out
		change    | ceph osd getcrushmap -o/tmp/map
		unknown+s | etcdctl watch key -- touch x
		interactive+s | etcdctl watch -i
		read        | smartctl -l error /dev/sda
		change      | smartctl -l scterc,70,70 /dev/sda
		read      | openssl x509 -in a -noout -enddate
		change    | openssl x509 -in a -out b
		read      | terraform fmt -check
		change    | terraform fmt
		read      | rpm -qi nginx
		change    | rpm -i nginx.rpm
		destroy   | rpm -e nginx
	`)
}

// A word more may make another command of one that only shows.
func TestVerbsOfOutsiders(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read      | nmcli device
		change    | nmcli dev disconnect eth0
		unknown   | nmcli device frob
		change    | nmcli radio wifi off
		read      | resolvectl dns eth0
		change    | resolvectl dns eth0 1.1.1.1
		read      | mysqladmin ping status
		change    | mysqladmin status kill 5
		unknown   | mysqladmin status frob
		unknown   | nft list ruleset ';' flush ruleset
		read      | parted -s /dev/sda unit MiB print
		destroy   | parted -s /dev/sda print rm 1
		read      | jcmd 1 VM.flags
		change    | jcmd 1 VM.set_flag X true
		read+d     | vault read secret/app
		change    | vault read database/creds/app
		read      | aws s3 cp s3://b/k -
		change    | aws s3 cp s3://b/k .
		read      | ip a s eth0
		unknown   | ip l s eth0 mtu 9000
		unknown   | ip r d 10.0.0.0/8
		read      | ip route get 1.1.1.1
		change    | ip route add default via 1.1.1.1
	`)
}

// What watches a program starts it.
func TestTracers(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read+s     | strace -fp 12
		change+s | strace -ofile -p 12
		unknown   | strace -o '|sh' -p 12
		change+s | strace -p 12 -e inject=openat:error=ENOENT
		destroy+s | strace -f rm x
		unknown+s | strace ./x
		read      | perf stat -p 12 sleep 5
		destroy   | perf stat rm x
		unknown+s | perf trace ./x
		interactive | perf report
	`)
}

// The dialects of other databases are read as they read them.
func TestOtherDatabases(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read      | mysql -e 'DESCRIBE t'
		destroy   | mysql -e 'DESCRIBE t; DROP TABLE t'
		destroy   | mysql -e 'DESC ANALYZE DELETE a FROM a JOIN b USING (id)'
		destroy   | mysql -e 'SELECT 1' -e 'DROP TABLE t'
		destroy   | mysql --init-command='DROP TABLE t' -e 'SELECT 1'
		unknown   | mysql -e 'SELECT 5--1; DROP TABLE t'
		unknown   | mysql -e 'SELECT 1 /* /* */; DROP TABLE t; -- */ */'
		unknown   | mysql -e 'SELECT 1 $$; DROP TABLE t; $$'
		change    | mysql --tee=x -e 'SELECT 1'
		unknown   | mysql --pager=x -e 'SELECT 1'
		change    | mysql -e 'STOP REPLICA'
		destroy   | mysql -e 'RESET MASTER'
		read      | mongosh --eval 'db.a.find({b: 1}).limit(5)'
		unknown   | mongosh --eval 'db.a.find({$where: "x"})'
		unknown   | mongosh --eval 'db.a.find(db.a.drop())'
		destroy   | mongosh --eval 'db.a.deleteMany({})'
		read      | cqlsh -e 'SELECT * FROM a'
		destroy   | cqlsh -e 'INSERT INTO a (b) VALUES (1)'
		destroy   | cqlsh -e 'DESCRIBE a; TRUNCATE a'
		unknown   | cqlsh -e "SOURCE 'x'"
		interactive | cqlsh
	`)
}

// What is fed to a socket is judged where the text tells.
func TestFedToSockets(t *testing.T) {
	t.Parallel()
	labelled(t, onDocker, `
		read+r      | echo ruok | nc zookeeper 2181
		unknown+r   | echo kill | nc zookeeper 2181
		unknown+r   | echo flush_all | nc memcached 11211
		read+r      | echo 'show stat' | socat stdio /run/haproxy.sock
		change+r    | echo 'show stat; disable server a/b' | socat stdio /run/haproxy.sock
		unknown+r   | echo 'frob' | socat stdio /run/haproxy.sock
		interactive+r | echo x | socat - EXEC:sh
		interactive+r | socat TCP-LISTEN:80 -
		destroy+r   | cat <<EOF | sh⏎rm x⏎EOF
	`)
}

// Printing becomes writing, and a dry run becomes none, by one flag.
func TestHelmAndKustomize(t *testing.T) {
	t.Parallel()
	labelled(t, onKubernetes, `
		read+r      | helm template c
		change+r    | helm template c --output-dir=x
		unknown+r   | helm template c --post-renderer x
		change+r    | helm upgrade a c --dry-run=none
		change+r    | helm upgrade a c --dry-run=false
		read+r      | kubectl kustomize d
		change+r    | kubectl kustomize d -o x
		unknown+r   | kubectl kustomize d --enable-helm
		unknown+r   | KUBECTL_EXTERNAL_DIFF=x kubectl diff -f a.yaml
	`)
}

// A program that enters something is what it starts, and is only to be copied.
func TestProgramsThatEnter(t *testing.T) {
	t.Parallel()
	labelled(t, onKubernetes, `
		read+r        | nsenter -t 1 -n ss -tnp
		destroy+r     | nsenter -t 1 -muipn rm x
		interactive+r | nsenter -t 1 -m
		unknown+r     | chroot $(cat x) rm
		destroy+r     | su - postgres -c 'dropdb x'
		unknown+r     | su -s /usr/bin/python3 -c 'x' www-data
		unknown+r     | su postgres -c ls -- -x
		destroy+r     | runuser -u postgres -- rm x
		read+r        | k3s kubectl get pods
		destroy+r     | k3s kubectl delete ns x
		read+r        | gitlab-psql -c 'SELECT 1'
		read+r        | kubectl rook-ceph ceph status
		destroy+r     | kubectl rook-ceph ceph osd purge 3
		read+r        | script -qc 'ls' /dev/null
		change+r      | script -c 'ls' x
		read+r        | /opt/gitlab/embedded/bin/redis-cli info
		unknown+r     | /opt/mine/bin/redis-cli info
		unknown+r     | ./redis-cli info
	`)
}

// What a dry run is told among other letters, and values that no pattern of a table fits.
func TestLettersAndValues(t *testing.T) {
	t.Parallel()
	labelled(t, shell.Policy{}, `
		read    | zfs destroy -nv tank/a@b
		destroy | zfs destroy -rv tank/a
		destroy | zfs destroy -on tank/a
		unknown | vtysh -c 'show ip route' -c 'frob'
		change  | vtysh -c 'show ip route' -c 'clear ip bgp x'
	`)
}

// The tables are read when a program of theirs is first met; a mistake in any of them shows here.
func TestEveryTableIsRead(t *testing.T) {
	t.Parallel()
	names := shell.Tables()
	for _, name := range names {
		if a := (shell.Policy{}).Analyse(name + " x"); a.Why == "" {
			t.Errorf("%s: no reason", name)
		}
	}
	if len(names) < 150 {
		t.Errorf("only %d programs", len(names))
	}
}
