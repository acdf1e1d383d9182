/** The one place that says where Vue is served (sandbox: `/vendor/vue.js`, compiles templates in the browser). */
export * from '/vendor/vue.js'
