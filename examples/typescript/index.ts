// A Sovereign from TypeScript: configuration in, the component, its outputs out.

import * as pulumi from "@pulumi/pulumi";
import { ClusterConfig, Sovereign } from "./sovereign";

const config = new pulumi.Config("sovereign");

const cluster = new Sovereign("typescript", {
    cluster: config.requireObject<ClusterConfig>("cluster"),
    operatorCidrs: config.requireObject<string[]>("operatorCidrs"),
    seed: config.requireSecret("seed"),
});

export const contractVersion = cluster.contractVersion;
export const apiEndpoint = cluster.apiEndpoint;
export const kubeconfig = cluster.kubeconfig;
export const workers = cluster.workerPrivateIps;
export const encryption = cluster.encryption;
