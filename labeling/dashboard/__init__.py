"""What a campaign's dashboard, report and API say of its votes: read once as arrays (`votes`), a module a figure or section.

The mathematics is `labeling.agreement`; here is who may see what, and JSON.
"""
