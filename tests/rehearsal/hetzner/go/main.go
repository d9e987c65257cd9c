// Command lifecycle drives a project through its whole life with Hetzner's Go client, which is also
// what the hcloud provider, the cloud controller manager and the CLI are made of.
//
// Usage: lifecycle ENDPOINT. It prints "ok" when every step and every refusal was as expected.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7x1yU9c0qL8vW2nq4m5b6c7d8e9f0a1b2c3d4e5f6g dev"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: lifecycle ENDPOINT")
		os.Exit(2)
	}
	client := hcloud.NewClient(
		hcloud.WithEndpoint(os.Args[1]),
		hcloud.WithToken("secret"),
		hcloud.WithPollOpts(hcloud.PollOpts{BackoffFunc: hcloud.ConstantBackoff(10 * time.Millisecond)}),
	)
	if err := live(context.Background(), client); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ok")
}

// live creates, changes and deletes one resource of each kind that a Sovereign has.
func live(ctx context.Context, client *hcloud.Client) error {
	network, err := makeNetwork(ctx, client)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	server, err := makeServer(ctx, client, network)
	if err != nil {
		return fmt.Errorf("server: %w", err)
	}
	if err := changeServer(ctx, client, server); err != nil {
		return fmt.Errorf("server change: %w", err)
	}
	if err := balance(ctx, client, network, server); err != nil {
		return fmt.Errorf("load balancer: %w", err)
	}
	if err := refuse(ctx, client, network); err != nil {
		return fmt.Errorf("refusals: %w", err)
	}
	return takeDown(ctx, client)
}

func makeNetwork(ctx context.Context, client *hcloud.Client) (*hcloud.Network, error) {
	_, ipRange, _ := net.ParseCIDR("10.0.0.0/16")
	_, subnet, _ := net.ParseCIDR("10.0.1.0/24")
	network, _, err := client.Network.Create(ctx, hcloud.NetworkCreateOpts{
		Name: "dev", IPRange: ipRange, Labels: map[string]string{"cluster": "dev"},
	})
	if err != nil {
		return nil, err
	}
	action, _, err := client.Network.AddSubnet(ctx, network, hcloud.NetworkAddSubnetOpts{
		Subnet: hcloud.NetworkSubnet{
			Type: hcloud.NetworkSubnetTypeCloud, IPRange: subnet, NetworkZone: hcloud.NetworkZoneEUCentral,
		},
	})
	if err != nil {
		return nil, err
	}
	return network, client.Action.WaitFor(ctx, action)
}

func makeServer(ctx context.Context, client *hcloud.Client, network *hcloud.Network) (*hcloud.Server, error) {
	serverType, _, err := client.ServerType.Get(ctx, "cpx22")
	if err != nil {
		return nil, err
	}
	image, _, err := client.Image.GetForArchitecture(ctx, "ubuntu-24.04", serverType.Architecture)
	if err != nil {
		return nil, err
	}
	key, _, err := client.SSHKey.Create(ctx, hcloud.SSHKeyCreateOpts{Name: "dev-deploy", PublicKey: publicKey})
	if err != nil {
		return nil, err
	}
	_, operators, _ := net.ParseCIDR("203.0.113.0/24")
	firewall, _, err := client.Firewall.Create(ctx, hcloud.FirewallCreateOpts{
		Name: "dev-workers",
		Rules: []hcloud.FirewallRule{{
			Direction: hcloud.FirewallRuleDirectionIn, Protocol: hcloud.FirewallRuleProtocolTCP,
			Port: hcloud.Ptr("22"), SourceIPs: []net.IPNet{*operators},
		}},
	})
	if err != nil {
		return nil, err
	}
	group, _, err := client.PlacementGroup.Create(ctx, hcloud.PlacementGroupCreateOpts{
		Name: "dev-default-0", Type: hcloud.PlacementGroupTypeSpread,
	})
	if err != nil {
		return nil, err
	}
	created, _, err := client.Server.Create(ctx, hcloud.ServerCreateOpts{
		Name: "dev-default-1", ServerType: serverType, Image: image,
		Location: &hcloud.Location{Name: "nbg1"}, SSHKeys: []*hcloud.SSHKey{key}, UserData: "#cloud-config\n",
		Labels: map[string]string{"role": "worker"}, PlacementGroup: group.PlacementGroup,
		Firewalls: []*hcloud.ServerCreateFirewall{{Firewall: *firewall.Firewall}},
	})
	if err != nil {
		return nil, err
	}
	if err := client.Action.WaitFor(ctx, append(created.NextActions, created.Action)...); err != nil {
		return nil, err
	}
	action, _, err := client.Server.AttachToNetwork(ctx, created.Server, hcloud.ServerAttachToNetworkOpts{
		Network: network, IP: net.ParseIP("10.0.1.20"),
	})
	if err != nil {
		return nil, err
	}
	if err := client.Action.WaitFor(ctx, action); err != nil {
		return nil, err
	}
	return checkServer(ctx, client, created.Server.ID)
}

func checkServer(ctx context.Context, client *hcloud.Client, id int64) (*hcloud.Server, error) {
	server, _, err := client.Server.GetByID(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case server.Status != hcloud.ServerStatusRunning:
		return nil, fmt.Errorf("status is %s", server.Status)
	case server.Image.Name != "ubuntu-24.04":
		return nil, fmt.Errorf("image is %s", server.Image.Name)
	case server.Location.Name != "nbg1":
		return nil, fmt.Errorf("location is %s", server.Location.Name)
	case len(server.PrivateNet) != 1 || server.PrivateNet[0].IP.String() != "10.0.1.20":
		return nil, fmt.Errorf("private net is %v", server.PrivateNet)
	case server.PublicNet.IPv4.IP == nil || len(server.PublicNet.Firewalls) != 1:
		return nil, fmt.Errorf("public net is %v", server.PublicNet)
	case server.PlacementGroup == nil:
		return nil, errors.New("no placement group")
	}
	return server, nil
}

func changeServer(ctx context.Context, client *hcloud.Client, server *hcloud.Server) error {
	labels := map[string]string{"role": "worker", "rev": "2"}
	if _, _, err := client.Server.Update(ctx, server, hcloud.ServerUpdateOpts{Labels: labels}); err != nil {
		return err
	}
	action, _, err := client.Server.Poweroff(ctx, server)
	if err != nil {
		return err
	}
	if err := client.Action.WaitFor(ctx, action); err != nil {
		return err
	}
	action, _, err = client.Server.ChangeType(ctx, server, hcloud.ServerChangeTypeOpts{
		ServerType: &hcloud.ServerType{Name: "cpx32"}, UpgradeDisk: true,
	})
	if err != nil {
		return err
	}
	if err := client.Action.WaitFor(ctx, action); err != nil {
		return err
	}
	found, err := client.Server.AllWithOpts(ctx, hcloud.ServerListOpts{
		ListOpts: hcloud.ListOpts{LabelSelector: "rev=2"},
	})
	if err != nil {
		return err
	}
	if len(found) != 1 || found[0].ServerType.Name != "cpx32" || found[0].Status != hcloud.ServerStatusRunning {
		return fmt.Errorf("after the change there are %v", found)
	}
	return nil
}

func balance(ctx context.Context, client *hcloud.Client, network *hcloud.Network, server *hcloud.Server) error {
	created, _, err := client.LoadBalancer.Create(ctx, hcloud.LoadBalancerCreateOpts{
		Name: "dev-api", LoadBalancerType: &hcloud.LoadBalancerType{Name: "lb11"},
		Location: &hcloud.Location{Name: "nbg1"},
	})
	if err != nil {
		return err
	}
	attached, _, err := client.LoadBalancer.AttachToNetwork(ctx, created.LoadBalancer, hcloud.LoadBalancerAttachToNetworkOpts{
		Network: network, IP: net.ParseIP("10.0.1.250"),
	})
	if err != nil {
		return err
	}
	if err := client.Action.WaitFor(ctx, created.Action, attached); err != nil {
		return err
	}
	if _, _, err := client.LoadBalancer.AddService(ctx, created.LoadBalancer, hcloud.LoadBalancerAddServiceOpts{
		Protocol: hcloud.LoadBalancerServiceProtocolTCP, ListenPort: hcloud.Ptr(6443), DestinationPort: hcloud.Ptr(6443),
	}); err != nil {
		return err
	}
	if _, _, err := client.LoadBalancer.AddServerTarget(ctx, created.LoadBalancer, hcloud.LoadBalancerAddServerTargetOpts{
		Server: server, UsePrivateIP: hcloud.Ptr(true),
	}); err != nil {
		return err
	}
	balancer, _, err := client.LoadBalancer.Get(ctx, "dev-api")
	if err != nil {
		return err
	}
	if len(balancer.Services) != 1 || len(balancer.Targets) != 1 || balancer.PrivateNet[0].IP.String() != "10.0.1.250" {
		return fmt.Errorf("it is %v", balancer)
	}
	members, err := client.Network.AllMembersWithOpts(ctx, network, hcloud.NetworkMemberListOpts{})
	if err != nil {
		return err
	}
	if len(members) != 2 {
		return fmt.Errorf("the network has the members %v", members)
	}
	return nil
}

// refuse checks that the client recognizes refusals by their code.
func refuse(ctx context.Context, client *hcloud.Client, network *hcloud.Network) error {
	_, _, err := client.Network.Create(ctx, hcloud.NetworkCreateOpts{Name: "dev", IPRange: network.IPRange})
	if !hcloud.IsError(err, hcloud.ErrorCodeUniquenessError) {
		return fmt.Errorf("a second network dev: %w", err)
	}
	missing, _, err := client.Server.GetByID(ctx, 1)
	if err != nil || missing != nil {
		return fmt.Errorf("a server that is not there: %v, %w", missing, err)
	}
	_, _, err = client.PlacementGroup.Create(ctx, hcloud.PlacementGroupCreateOpts{Name: "g", Type: "cluster"})
	if !hcloud.IsError(err, hcloud.ErrorCodeInvalidInput) {
		return fmt.Errorf("a placement group of type cluster: %w", err)
	}
	return nil
}

func takeDown(ctx context.Context, client *hcloud.Client) error {
	balancer, _, err := client.LoadBalancer.Get(ctx, "dev-api")
	if err != nil {
		return err
	}
	if _, _, err := client.LoadBalancer.DeleteWithResult(ctx, balancer); err != nil {
		return fmt.Errorf("delete load balancer: %w", err)
	}
	servers, err := client.Server.All(ctx)
	if err != nil {
		return err
	}
	for _, server := range servers {
		result, _, err := client.Server.DeleteWithResult(ctx, server)
		if err != nil {
			return fmt.Errorf("delete server: %w", err)
		}
		if err := client.Action.WaitFor(ctx, result.Action); err != nil {
			return err
		}
	}
	firewall, _, err := client.Firewall.Get(ctx, "dev-workers")
	if err != nil {
		return err
	}
	if _, err := client.Firewall.Delete(ctx, firewall); err != nil {
		return fmt.Errorf("delete firewall: %w", err)
	}
	group, _, err := client.PlacementGroup.Get(ctx, "dev-default-0")
	if err != nil {
		return err
	}
	if _, err := client.PlacementGroup.Delete(ctx, group); err != nil {
		return fmt.Errorf("delete placement group: %w", err)
	}
	key, _, err := client.SSHKey.Get(ctx, "dev-deploy")
	if err != nil {
		return err
	}
	if _, err := client.SSHKey.Delete(ctx, key); err != nil {
		return fmt.Errorf("delete SSH key: %w", err)
	}
	network, _, err := client.Network.Get(ctx, "dev")
	if err != nil {
		return err
	}
	if _, err := client.Network.Delete(ctx, network); err != nil {
		return fmt.Errorf("delete network: %w", err)
	}
	return nil
}
