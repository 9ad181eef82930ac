//! The demo organisation's things: servers and tools, departments, workspaces, clients, models.
//! Owns: names and their characters. Does not own: what happens with them (`stories`, `events`).

/// The organisation.
pub const ORGANISATION: &str = "Meridian Works";
pub const DOMAIN: &str = "meridian.example";

/// A tool: name, how often it is called beside its server's others, median time (ms), spread (σ of the log), usual
/// failure rate.
#[derive(Debug, Clone, Copy)]
pub struct Tool {
    pub name: &'static str,
    pub weight: f64,
    pub median_ms: f64,
    pub sigma: f64,
    pub failure_rate: f64,
}

/// A server, its tools, tools nobody uses, and how its failures are spread over [`ERRORS`].
#[derive(Debug, Clone, Copy)]
pub struct Server {
    pub name: &'static str,
    pub tools: &'static [Tool],
    pub unused: &'static [&'static str],
    pub errors: [u32; USUAL_ERRORS],
}

/// Error classes that any server may have, then those of the stories.
pub const ERRORS: [&str; 10] = [
    "timeout",
    "rate_limited",
    "authentication_failed",
    "not_found",
    "invalid_arguments",
    "permission_denied",
    "connection_refused",
    "internal_error",
    super::stories::MISCONFIGURED_ERROR,
    super::stories::BROKEN_ERROR,
];
pub const USUAL_ERRORS: usize = 8;

const fn t(name: &'static str, weight: f64, median_ms: f64, sigma: f64, failure_rate: f64) -> Tool {
    Tool {
        name,
        weight,
        median_ms,
        sigma,
        failure_rate,
    }
}

/// 15 servers, 60 tools.
pub const SERVERS: [Server; 15] = [
    Server {
        name: "github",
        tools: &[
            t("search_code", 9.0, 640.0, 0.6, 0.02),
            t("get_file_contents", 10.0, 210.0, 0.5, 0.03),
            t("list_issues", 5.0, 320.0, 0.5, 0.01),
            t("create_pull_request", 3.0, 980.0, 0.5, 0.05),
            t("list_commits", 3.0, 280.0, 0.5, 0.01),
            t("create_issue", 2.0, 540.0, 0.5, 0.03),
            t("merge_pull_request", 1.0, 1250.0, 0.6, 0.08),
        ],
        unused: &["archive_repository"],
        errors: [10, 25, 10, 30, 15, 10, 0, 5],
    },
    Server {
        name: "filesystem",
        tools: &[
            t("read_file", 14.0, 6.0, 0.8, 0.03),
            t("write_file", 6.0, 9.0, 0.8, 0.02),
            t("edit_file", 8.0, 11.0, 0.8, 0.06),
            t("list_directory", 7.0, 4.0, 0.7, 0.01),
            t("search_files", 4.0, 85.0, 1.1, 0.02),
            t("move_file", 1.0, 7.0, 0.7, 0.04),
        ],
        unused: &[],
        errors: [2, 0, 0, 50, 30, 15, 0, 3],
    },
    Server {
        name: "slack",
        tools: &[
            t("post_message", 6.0, 340.0, 0.4, 0.02),
            t("search_messages", 5.0, 720.0, 0.6, 0.02),
            t("list_channels", 2.0, 410.0, 0.5, 0.01),
            t("read_thread", 4.0, 300.0, 0.5, 0.02),
        ],
        unused: &["delete_channel"],
        errors: [5, 45, 15, 20, 5, 10, 0, 0],
    },
    Server {
        name: "jira",
        tools: &[
            t("search_jira", 7.0, 860.0, 0.6, 0.03),
            t("get_ticket", 6.0, 380.0, 0.5, 0.02),
            t("create_ticket", 3.0, 910.0, 0.5, 0.05),
            t("transition_ticket", 2.0, 620.0, 0.5, 0.07),
            t("add_comment", 3.0, 450.0, 0.5, 0.02),
        ],
        unused: &[],
        errors: [20, 10, 15, 20, 25, 10, 0, 0],
    },
    Server {
        name: "confluence",
        tools: &[
            t("search_pages", 5.0, 780.0, 0.7, 0.03),
            t("get_page", 5.0, 420.0, 0.6, 0.02),
            t("create_page", 1.5, 1100.0, 0.5, 0.04),
            t("update_page", 1.0, 1200.0, 0.5, 0.06),
        ],
        unused: &[],
        errors: [35, 10, 15, 25, 5, 10, 0, 0],
    },
    Server {
        name: "postgres",
        tools: &[
            t("run_query", 8.0, 48.0, 1.4, 0.06),
            t("list_tables", 3.0, 12.0, 0.6, 0.01),
            t("describe_table", 4.0, 14.0, 0.6, 0.02),
        ],
        unused: &["vacuum_table"],
        errors: [20, 0, 5, 10, 50, 10, 5, 0],
    },
    Server {
        name: "google-drive",
        tools: &[
            t("search_drive", 5.0, 690.0, 0.6, 0.02),
            t("read_document", 6.0, 880.0, 0.7, 0.03),
            t("create_document", 2.0, 1300.0, 0.5, 0.03),
            t("export_sheet", 1.0, 1900.0, 0.7, 0.05),
        ],
        unused: &["share_folder_publicly"],
        errors: [15, 15, 30, 20, 5, 15, 0, 0],
    },
    Server {
        name: "notion",
        tools: &[
            t("notion_search", 5.0, 560.0, 0.6, 0.02),
            t("get_block", 4.0, 290.0, 0.5, 0.02),
            t("create_note", 3.0, 640.0, 0.5, 0.03),
            t("query_database", 3.0, 830.0, 0.7, 0.04),
        ],
        unused: &[],
        errors: [15, 35, 15, 20, 10, 5, 0, 0],
    },
    Server {
        name: "salesforce",
        tools: &[
            t("find_account", 6.0, 740.0, 0.6, 0.03),
            t("get_opportunity", 5.0, 590.0, 0.5, 0.02),
            t("update_opportunity", 2.0, 1150.0, 0.6, 0.07),
            t("run_report", 2.0, 4200.0, 0.9, 0.08),
        ],
        unused: &["merge_accounts"],
        errors: [30, 15, 25, 10, 15, 5, 0, 0],
    },
    Server {
        name: "sentry",
        tools: &[
            t("list_errors", 4.0, 520.0, 0.6, 0.02),
            t("get_stack_trace", 4.0, 430.0, 0.6, 0.02),
            t("resolve_error", 1.0, 380.0, 0.5, 0.03),
        ],
        unused: &[],
        errors: [25, 25, 15, 25, 5, 5, 0, 0],
    },
    Server {
        name: "figma",
        tools: &[
            t("get_design", 5.0, 1600.0, 0.7, 0.04),
            t("export_asset", 3.0, 2400.0, 0.7, 0.05),
            t("list_components", 3.0, 980.0, 0.6, 0.02),
        ],
        unused: &[],
        errors: [40, 20, 10, 20, 5, 5, 0, 0],
    },
    Server {
        name: "stripe",
        tools: &[
            t("list_invoices", 4.0, 460.0, 0.5, 0.01),
            t("get_customer", 4.0, 310.0, 0.4, 0.01),
            t("create_refund", 1.0, 890.0, 0.5, 0.04),
        ],
        unused: &["cancel_subscription"],
        errors: [10, 15, 25, 25, 15, 10, 0, 0],
    },
    Server {
        name: "kubernetes",
        tools: &[
            t("get_pods", 5.0, 180.0, 0.7, 0.03),
            t("get_logs", 6.0, 520.0, 0.9, 0.04),
            t("describe_deployment", 3.0, 160.0, 0.6, 0.02),
            t("restart_deployment", 0.6, 2100.0, 0.7, 0.12),
        ],
        unused: &[],
        errors: [20, 0, 15, 15, 5, 25, 20, 0],
    },
    Server {
        name: "web-search",
        tools: &[
            t("web_search", 9.0, 1150.0, 0.5, 0.02),
            t("fetch_page", 8.0, 1700.0, 0.9, 0.09),
        ],
        unused: &[],
        errors: [45, 15, 0, 25, 5, 5, 5, 0],
    },
    Server {
        name: "snowflake",
        tools: &[
            t("query_warehouse", 6.0, 2600.0, 1.1, 0.07),
            t("list_schemas", 2.0, 350.0, 0.5, 0.01),
            t("preview_table", 4.0, 740.0, 0.7, 0.03),
            t("explain_query", 1.0, 420.0, 0.6, 0.03),
        ],
        unused: &["suspend_warehouse"],
        errors: [40, 0, 20, 5, 30, 5, 0, 0],
    },
];

/// A department: people, teams, and how much it likes each server, in the order of [`SERVERS`].
#[derive(Debug, Clone, Copy)]
pub struct Department {
    pub name: &'static str,
    /// Of 2,000.
    pub people: u32,
    pub teams: &'static [&'static str],
    pub servers: [u32; SERVERS.len()],
}

const fn d(
    name: &'static str,
    people: u32,
    teams: &'static [&'static str],
    servers: [u32; SERVERS.len()],
) -> Department {
    Department {
        name,
        people,
        teams,
        servers,
    }
}

/// 12 departments, 2,000 people.
#[rustfmt::skip]
pub const DEPARTMENTS: [Department; 12] = [
    //                                                                        gh  fs  sl  ji  co  pg  dr  no  sf  se  fi  st  k8  we  sn
    d("Engineering", 520, &["Platform", "Checkout", "Mobile", "Web", "Infrastructure"], [30, 30, 6, 12, 6, 10, 2, 3, 0, 8, 1, 1, 9, 7, 2]),
    d("Product", 140, &["Core Product", "Growth", "Research"],                [4, 4, 10, 18, 14, 2, 10, 16, 2, 2, 8, 1, 0, 12, 5]),
    d("Design", 80, &["Brand", "Product Design"],                             [2, 6, 10, 8, 5, 0, 10, 14, 0, 0, 40, 0, 0, 12, 0]),
    d("Data", 130, &["Analytics", "Data Engineering", "Machine Learning"],    [14, 14, 6, 6, 4, 20, 4, 4, 2, 2, 0, 2, 4, 6, 34]),
    d("Sales", 260, &["EMEA", "Americas", "APAC"],                            [0, 2, 14, 2, 3, 0, 16, 8, 44, 0, 0, 3, 0, 14, 3]),
    d("Marketing", 150, &["Content", "Events", "Performance"],                [1, 4, 14, 4, 6, 0, 20, 18, 8, 0, 10, 0, 0, 26, 4]),
    d("Customer Support", 240, &["Tier 1", "Tier 2", "Success"],              [1, 1, 16, 24, 16, 3, 6, 6, 14, 6, 0, 12, 0, 8, 1]),
    d("Finance", 90, &["Accounting", "Controlling"],                          [0, 6, 8, 2, 4, 4, 24, 4, 10, 0, 0, 26, 0, 6, 12]),
    d("Legal", 50, &["Contracts", "Compliance"],                              [0, 8, 8, 3, 12, 0, 34, 12, 4, 0, 0, 0, 0, 20, 0]),
    d("People", 70, &["Recruiting", "People Operations"],                     [0, 3, 20, 6, 14, 0, 24, 20, 0, 0, 0, 0, 0, 14, 0]),
    d("Operations", 190, &["Logistics", "Facilities", "Procurement"],         [1, 6, 16, 12, 10, 6, 20, 8, 8, 0, 0, 6, 1, 8, 6]),
    d("Security", 80, &["Detection", "Application Security"],                 [20, 14, 10, 10, 6, 6, 2, 2, 0, 14, 0, 0, 14, 10, 6]),
];

/// A workspace: id, name, home department (position in [`DEPARTMENTS`]), size beside the department's others, and
/// how many days ago it was created (0: before the demo's year).
pub type WorkspaceSpec = (&'static str, &'static str, usize, f64, i64);

/// 40 workspaces.
#[rustfmt::skip]
pub const WORKSPACES: [WorkspaceSpec; 40] = [
    ("platform-engineering", "Platform Engineering", 0, 9.0, 0),
    ("checkout", "Checkout", 0, 7.0, 0),
    ("mobile-apps", "Mobile Apps", 0, 6.0, 0),
    ("web-storefront", "Web Storefront", 0, 6.0, 0),
    ("infrastructure", "Infrastructure", 0, 5.0, 0),
    ("developer-experience", "Developer Experience", 0, 3.0, 0),
    ("legacy-migration", "Legacy Migration", 0, 4.0, 0),
    ("payments-rewrite", "Payments Rewrite", 0, 4.0, 210),
    ("agents-guild", "Agents Guild", 0, 5.0, 64),
    ("incident-response", "Incident Response", 11, 4.0, 0),
    ("product-core", "Core Product", 1, 6.0, 0),
    ("product-growth", "Growth", 1, 4.0, 0),
    ("user-research", "User Research", 1, 2.0, 0),
    ("design-system", "Design System", 2, 5.0, 0),
    ("brand-studio", "Brand Studio", 2, 3.0, 0),
    ("analytics", "Analytics", 3, 6.0, 0),
    ("data-platform", "Data Platform", 3, 5.0, 0),
    ("machine-learning", "Machine Learning", 3, 4.0, 0),
    ("sales-emea", "Vertrieb EMEA", 4, 6.0, 0),
    ("sales-americas", "Sales Americas", 4, 6.0, 0),
    ("sales-apac", "销售部 APAC", 4, 5.0, 0),
    ("key-accounts", "Key Accounts", 4, 2.0, 124),
    ("content", "Content", 5, 5.0, 0),
    ("events", "Événements", 5, 2.0, 0),
    ("performance-marketing", "Performance Marketing", 5, 4.0, 0),
    ("support-tier-1", "Support Tier 1", 6, 8.0, 0),
    ("support-tier-2", "Support Tier 2", 6, 5.0, 0),
    ("customer-success", "Customer Success", 6, 4.0, 0),
    ("support-dubai", "دعم العملاء", 6, 3.0, 140),
    ("accounting", "Accounting", 7, 4.0, 0),
    ("controlling", "Controlling", 7, 3.0, 0),
    ("contracts", "Contracts", 8, 3.0, 0),
    ("compliance", "Compliance", 8, 2.0, 0),
    ("recruiting", "Recruiting", 9, 4.0, 0),
    ("people-operations", "People Operations", 9, 3.0, 0),
    ("logistics", "Logistics", 10, 5.0, 0),
    ("procurement", "Procurement", 10, 3.0, 0),
    ("facilities", "Facilities", 10, 1.0, 0),
    ("security-operations", "Security Operations", 11, 6.0, 0),
    ("board-office", "Board Office", 7, 1.0, 23),
];

/// A client: name, how many people choose it (engineers, others), and its releases (version, days ago), oldest first.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    pub name: &'static str,
    pub engineers: u32,
    pub others: u32,
    pub releases: &'static [(&'static str, i64)],
}

/// 6 clients.
#[rustfmt::skip]
pub const CLIENTS: [Client; 6] = [
    Client { name: "Claude Desktop", engineers: 14, others: 62, releases: &[("0.12.8", 420), ("0.13.2", 322), ("0.14.0", 251), ("0.14.7", 176), ("1.0.1", 104), ("1.1.3", 33)] },
    Client { name: "VS Code", engineers: 30, others: 12, releases: &[("1.104.0", 390), ("1.105.1", 340), ("1.106.0", 300), ("1.107.2", 240), ("1.108.0", 195), ("1.109.1", 150), ("1.110.0", 110), ("1.111.0", 66), ("1.112.0", 26)] },
    Client { name: "Cursor", engineers: 22, others: 10, releases: &[("1.7.4", 380), ("2.0.0", 290), ("2.1.2", 205), ("2.2.0", 133), (super::stories::BROKEN_VERSION, 75), ("2.3.1", 60), ("2.4.0", 19)] },
    Client { name: "Claude Code", engineers: 24, others: 4, releases: &[("2.0.14", 370), ("2.0.55", 310), ("2.1.0", 235), ("2.1.38", 158), ("2.1.77", 88), ("2.2.6", 41), ("2.2.19", 9)] },
    Client { name: "Windsurf", engineers: 5, others: 8, releases: &[("1.12.0", 400), ("1.13.5", 266), ("1.14.1", 128), ("1.15.0", 47)] },
    Client { name: "JetBrains", engineers: 9, others: 4, releases: &[("2026.1", 385), ("2026.1.3", 247), ("2026.2", 139), ("2026.3", 52)] },
];

pub const PLATFORMS: [(&str, u32); 3] = [("macos", 48), ("windows", 37), ("linux", 15)];

/// A model: name, share, price of a thousand tokens in and out (US dollars).
pub const MODELS: [(&str, u32, f64, f64); 4] = [
    ("claude-sonnet-4-5", 52, 0.003, 0.015),
    ("claude-opus-4-5", 16, 0.005, 0.025),
    ("gpt-5.1", 22, 0.00125, 0.01),
    ("gemini-3-flash", 10, 0.0005, 0.003),
];

/// Tools whose calls cost money of their own: price of one execution (US dollars).
pub const TOOL_PRICES: [(&str, f64); 4] = [
    ("web_search", 0.01),
    ("query_warehouse", 0.04),
    ("run_report", 0.02),
    ("get_design", 0.005),
];

/// Every tool in use with the position of its server: the demo's tool codes.
pub fn tools() -> Vec<(&'static Tool, usize)> {
    let of_server = |(position, server): (usize, &'static Server)| {
        server.tools.iter().map(move |tool| (tool, position))
    };
    SERVERS.iter().enumerate().flat_map(of_server).collect()
}
